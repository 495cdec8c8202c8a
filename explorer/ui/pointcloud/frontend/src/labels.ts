/** Which names are written and where, so that none covers another. */

import type { Camera, Vector } from "./camera.ts";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Label extends Box {
  row: number;
  text: string;
  /** Selected, a neighbor or a hit: written even where it is tight. */
  isMarked: boolean;
  /** The point's place, where the label stands apart from it and a line leads there. */
  leader: [number, number] | null;
}

/** The places that are taken, in cells as high as a line: a question looks at few. */
export class Sheet {
  private readonly cells = new Map<number, Box[]>();

  constructor(private readonly cell = 48) {}

  /** Take a place; false, and nothing is taken, where another is. */
  take(box: Box): boolean {
    const keys = this.keys(box);
    for (const key of keys) {
      for (const other of this.cells.get(key) ?? []) if (overlap(box, other)) return false;
    }
    for (const key of keys) {
      const boxes = this.cells.get(key);
      if (boxes) boxes.push(box);
      else this.cells.set(key, [box]);
    }
    return true;
  }

  private keys({ x, y, width, height }: Box): number[] {
    const keys: number[] = [];
    for (let column = Math.floor(x / this.cell); column <= Math.floor((x + width) / this.cell); column++) {
      for (let line = Math.floor(y / this.cell); line <= Math.floor((y + height) / this.cell); line++) {
        keys.push(column * 65_536 + line);
      }
    }
    return keys;
  }
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export const LINE = 17;
const GAP = 5; // between a point's edge and its label
const AREA = 8_500; // square pixels for each label of a map seen whole
const AIR = [16, 9] as const; // pixels around it, beside and above; less when looked at closely
const MARKED_AIR = 0.2; // of that, around the name of a marked point
const MOST_LOOKED_AT = 250_000; // rows: a drag must stay smooth
const MOST_TRIED = 4_000; // labels

const RINGS = [26, 44, 62, 84, 112, 144, 180]; // pixels that a marked label may stand away from its point
const DIRECTIONS = 16;
const TURNS = Array.from({ length: DIRECTIONS }, (_, index) => Math.ceil(index / 2) * (index % 2 ? 1 : -1));

/**
 * Where a label may stand if there is no place beside its point: as near as can be, and rather away
 * from the middle of all that is marked, so that the lines to their labels do not cross.
 */
function apart(x: number, y: number, width: number, [mx, my]: readonly [number, number]): Box[] {
  const outward = Math.atan2(y - my, x - mx);
  return RINGS.flatMap((ring) =>
    TURNS.map((turn) => {
      const angle = outward + (2 * Math.PI * turn) / DIRECTIONS;
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      // the box's near edge is on the ring
      const middle = { x: x + dx * ring + (dx * width) / 2, y: y + dy * ring };
      return { x: middle.x - width / 2, y: middle.y - LINE / 2, width, height: LINE };
    }),
  );
}

/** Where a label may stand: to the right, left, above, below of its point. */
export function sides(x: number, y: number, width: number, gap: number): Box[] {
  const height = LINE;
  return [
    { x: x + gap, y: y - height / 2, width, height },
    { x: x - gap - width, y: y - height / 2, width, height },
    { x: x - width / 2, y: y - gap - height, width, height },
    { x: x - width / 2, y: y + gap, width, height },
  ];
}

export interface Wanted {
  camera: Camera;
  n: number;
  /** Where a row is; the vector may be the same one each time. */
  at: (row: number) => Vector;
  /** Always named, the most important first. */
  marked: readonly number[];
  /** The others in order of importance; rows in their own order if null. */
  order: Uint32Array | null;
  withOthers: boolean;
  isVisible: (row: number) => boolean;
  textOf: (row: number) => string;
  widthOf: (text: string) => number;
  /** A point's radius in pixels. */
  radius: number;
  /** Half the side of a row's picture, or null. */
  pictureRadius?: (row: number) => number | null;
}

/**
 * Place labels: the marked ones first, then in each part of the map its most important. The closer
 * one looks, the more there are.
 */
export function placeLabels(wanted: Wanted, sheet: Sheet = new Sheet()): Label[] {
  const { camera, n, marked, order, isVisible } = wanted;
  const { width, height } = camera;
  const labels: Label[] = [];
  const seen = new Set(marked);
  const air = 1 / Math.max(camera.zoom, 1);
  const spots = marked.filter(isVisible).map((row) => camera.project(...wanted.at(row)));
  const middle = [0, 1].map((axis) => spots.reduce((sum, spot) => sum + spot[axis]! / spots.length, 0)) as [number, number];

  const place = (row: number, isMarked: boolean): boolean => {
    const [x, y, depth] = camera.project(...wanted.at(row));
    if (depth <= 0 || x < 0 || y < 0 || x > width || y > height || !isVisible(row)) return false;
    const text = wanted.textOf(row);
    if (!text) return false;
    const gap = (wanted.pictureRadius?.(row) ?? wanted.radius) + GAP + (isMarked ? 2 : 0);
    const wide = wanted.widthOf(text);
    const beside = sides(x, y, wide, gap);
    const boxes = isMarked ? [...beside, ...apart(x, y, wide, middle)] : beside;
    for (const [index, box] of boxes.entries()) {
      if (box.x < 2 || box.x + box.width > width - 2 || box.y < 2 || box.y + box.height > height - 2) continue;
      if (sheet.take(aired(box, isMarked ? MARKED_AIR : air))) {
        labels.push({ ...box, row, text, isMarked, leader: index < beside.length ? null : [x, y] });
        return true;
      }
    }
    return false;
  };

  for (const [x, y] of spots) sheet.take(around(x, y, wanted.radius + 2)); // no name on a marked point
  for (const row of marked) place(row, true);
  if (!wanted.withOthers) return labels;
  const most = (width * height * Math.min(Math.max(1, 1 + Math.log2(camera.zoom)), 5)) / AREA;
  const end = Math.min(n, MOST_LOOKED_AT);
  let found = 0;
  let tried = 0;
  for (let index = 0; index < end && found < most && tried < MOST_TRIED; index++) {
    const row = order ? order[index]! : index;
    if (seen.has(row)) continue;
    const [x, y, depth] = camera.project(...wanted.at(row));
    if (depth <= 0 || x < 0 || y < 0 || x > width || y > height) continue;
    tried++;
    if (place(row, false)) found++;
  }
  return labels;
}

/**
 * Return where, near its middle, a place's name may stand: inside the frame and off other names, at
 * one of the shifts (in lines). Null where there is no room.
 */
export function nameLine({ x, y, width, height }: Box, shifts: readonly number[], frame: number, sheet: Sheet): number | null {
  const [top, bottom] = [height / 2 + 2, frame - height / 2 - 2];
  const inside = Math.min(Math.max(y, top), bottom);
  for (const lines of shifts) {
    const line = inside + lines * height;
    if (line < top || line > bottom) continue;
    if (sheet.take({ x: x - width / 2, y: line - height / 2, width, height })) return line;
  }
  return null;
}

function around(x: number, y: number, radius: number): Box {
  return { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
}

function aired({ x, y, width, height }: Box, share: number): Box {
  const [beside, above] = [AIR[0] * share, AIR[1] * share];
  return { x: x - beside, y: y - above, width: width + 2 * beside, height: height + 2 * above };
}

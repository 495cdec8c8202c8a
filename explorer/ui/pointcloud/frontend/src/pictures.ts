/**
 * Thumbnails on the map. As many are shown as have room beside each other; the other points stay
 * points. Only what is shown is decoded, and stands in one texture of a bounded size.
 */

import type { Camera, Vector } from "./camera.ts";
import type { Choosing } from "./choosing.ts";
import type { Coloring } from "./coloring.ts";
import type { Rgb } from "./colors.ts";
import type { Motion } from "./motion.ts";
import type { Part, PicturesPart } from "./parts.ts";
import type { Painter } from "./painter.ts";
import type { Place } from "./pick.ts";
import type { Style } from "./style.ts";
import type { View } from "./view.ts";

/** The atlas: 2,048 cells of 64 pixels, 32 MB on the graphics card however many pictures there are. */
export const CELL = 64;
export const ATLAS = { across: 64, down: 32 } as const;
const CELLS = ATLAS.across * ATLAS.down;

/** Half as many as there are cells: those just out of sight stay. */
const MOST = 1_024;
const AT_ONCE = 16; // pictures that are decoded side by side
const SIZES = [24, 28, 32, 40, 48, 56, 64] as const; // pixels: few sizes, so that they do not jitter
const AIR = 1.08; // of a picture's size, from middle to middle where they are near
const FAR_AIR = 0.5; // more of it where points are denser than the smallest picture
const RIMS = { plain: 1.5, neighbor: 2.5, selected: 3.5 } as const;
const FADED = 0.22; // of the opacity, for pictures that do not stand out
const RESTED = 150; // milliseconds between two choices of what to show, while all moves

/** What the painter needs of the pictures that are shown. */
export interface Shown {
  /** Of each picture: x, y, z. */
  positions: Float32Array;
  /** Its place in the atlas. */
  cells: Float32Array;
  /** Its width and height in pixels of the atlas. */
  extents: Float32Array;
  /** Its rim: red, green, blue from 0 to 1, and pixels. */
  rims: Float32Array;
  clear: Float32Array;
  /** The longer side in pixels of the screen. */
  size: number;
}

export interface Scenery {
  camera: Camera;
  at: (row: number) => Vector;
  isVisible: (row: number) => boolean;
  /** The color of a row's point. */
  tintOf: (row: number) => Rgb;
  selected: readonly number[];
  neighbors: Uint32Array;
  hits: Uint32Array;
  chosen: Rgb;
  ink: Rgb;
}

/** Return what the pictures are shown in. */
export function sceneryOf(
  { hits }: View,
  camera: Camera,
  { at }: Motion,
  { isVisible, tintOf }: Coloring,
  { rows: selected, neighbors }: Choosing,
  { chosen, ink }: Style,
): Scenery {
  return { camera, at, isVisible, tintOf, selected, neighbors, hits, chosen, ink };
}

interface Cell {
  place: number;
  width: number;
  height: number;
}

export class Pictures {
  isOn = true;
  /** The longer side of a picture in pixels. */
  size = 32;
  private chunks: PicturesPart[] = [];
  private key = "";
  private rows: number[] = [];
  private readonly cells = new Map<number, Cell>();
  private free: number[] = [];
  private readonly coming = new Set<number>();
  private readonly broken = new Set<number>();
  private lastChoice = 0;
  private generation = 0;
  private address = "";

  /** `changed` is called when a picture has come. */
  constructor(
    private readonly painter: Painter,
    private readonly changed: () => void,
  ) {
    this.forget();
  }

  /** Take the pictures that have come so far. */
  use(parts: readonly (Part | undefined)[]): void {
    const chunks = parts.filter((one): one is PicturesPart => one?.kind === "pictures");
    const key = chunks.map(({ id }) => id).join(" ");
    if (key === this.key) return;
    if (!key.startsWith(this.key) || !this.key) this.forget();
    this.key = key;
    this.chunks = chunks.sort((a, b) => a.first - b.first);
    this.lastChoice = 0;
  }

  /** Decode anew what is shown: the graphics card was taken away, and the atlas with it. */
  renew(): void {
    this.forget();
    this.lastChoice = 0;
    this.changed();
  }

  get any(): boolean {
    return this.chunks.length > 0;
  }

  /** Rows whose pictures are drawn. */
  get drawn(): number[] {
    return this.isOn ? this.rows.filter((row) => this.cells.has(row)) : [];
  }

  /** Return the bytes of a row's picture, or null. */
  bytes(row: number): Uint8Array<ArrayBuffer> | null {
    for (const { first, ends, bytes } of this.chunks) {
      const place = row - first;
      if (place < 0 || place >= ends.length) continue;
      const start = place ? ends[place - 1]! : 0;
      return ends[place]! > start ? (bytes.slice(start, ends[place]) as Uint8Array<ArrayBuffer>) : null;
    }
    return null;
  }

  /** Return an address for a row's picture, good until the next one is asked for. */
  addressOf(row: number): string | null {
    URL.revokeObjectURL(this.address);
    const bytes = this.bytes(row);
    this.address = bytes ? URL.createObjectURL(new Blob([bytes], { type: "image/webp" })) : "";
    return this.address || null;
  }

  /** Return the row whose picture is at a place on the screen, or null. */
  rowAt([x, y]: Place, camera: Camera, at: (row: number) => Vector): number | null {
    const drawn = this.drawn;
    for (let index = drawn.length - 1; index >= 0; index--) {
      const row = drawn[index]!;
      const [px, py, depth] = camera.project(...at(row));
      const { width, height } = this.cells.get(row)!;
      const scale = this.size / Math.max(width, height) / 2;
      if (depth > 0 && Math.abs(px - x) <= width * scale && Math.abs(py - y) <= height * scale) return row;
    }
    return null;
  }

  /** Return what is drawn, for a drawing of its own: where the middle is, how large, how clear. */
  placed(camera: Camera, at: (row: number) => Vector): { x: number; y: number; width: number; height: number; bytes: Uint8Array }[] {
    return this.drawn.flatMap((row) => {
      const [x, y, depth] = camera.project(...at(row));
      const { width, height } = this.cells.get(row)!;
      const scale = this.size / Math.max(width, height);
      const bytes = this.bytes(row);
      return depth > 0 && bytes ? [{ x, y, width: width * scale, height: height * scale, bytes }] : [];
    });
  }

  /** Half of the longer side where a row's picture is drawn, else null. */
  radiusOf(row: number): number | null {
    return this.isOn && this.cells.has(row) && this.rows.includes(row) ? this.size / 2 : null;
  }

  /** Choose what to show, if it is time, ask for what is missing, and hand the painter what is there. */
  show(scenery: Scenery, now: number, isAtRest: boolean): void {
    if (!this.any) return;
    if (this.isOn && (isAtRest || now - this.lastChoice > RESTED)) {
      this.lastChoice = now;
      const { size, rows } = chosen(scenery, this.chunks, this.broken);
      [this.size, this.rows] = [size, rows];
      this.load();
    }
    this.painter.setPictures(this.shown(scenery));
  }

  private shown({ at, tintOf, selected, neighbors, hits, chosen: color, ink }: Scenery): Shown {
    const rows = this.drawn;
    const shown: Shown = {
      positions: new Float32Array(3 * rows.length),
      cells: new Float32Array(rows.length),
      extents: new Float32Array(2 * rows.length),
      rims: new Float32Array(4 * rows.length),
      clear: new Float32Array(rows.length),
      size: this.size,
    };
    const [first, near, found] = [new Set(selected), new Set(neighbors), new Set(hits)];
    const isFaded = first.size > 0 || found.size > 0;
    rows.forEach((row, index) => {
      const { place, width, height } = this.cells.get(row)!;
      const stands = first.has(row) ? "selected" : near.has(row) || found.has(row) ? "neighbor" : "plain";
      const rim = stands === "selected" ? color : stands === "neighbor" ? ink : tintOf(row);
      shown.positions.set(at(row), 3 * index);
      shown.cells[index] = place;
      shown.extents.set([width, height], 2 * index);
      shown.rims.set([...rim, RIMS[stands]], 4 * index);
      shown.clear[index] = isFaded && stands === "plain" ? FADED : 1;
    });
    return shown;
  }

  private load(): void {
    for (const row of this.rows) {
      const cell = this.cells.get(row);
      if (cell) {
        this.cells.delete(row); // used last, so it goes last
        this.cells.set(row, cell);
      }
    }
    for (const row of this.rows) {
      if (this.coming.size >= AT_ONCE) return;
      if (!this.cells.has(row) && !this.coming.has(row)) void this.fetch(row);
    }
  }

  private async fetch(row: number): Promise<void> {
    const { generation } = this;
    this.coming.add(row);
    try {
      const bitmap = await decoded(this.bytes(row)!);
      if (generation === this.generation) {
        const place = this.free.pop() ?? this.oldest();
        this.painter.putPicture(place, bitmap);
        this.cells.set(row, { place, width: bitmap.width, height: bitmap.height });
      }
      bitmap.close();
    } catch {
      if (generation === this.generation) this.broken.add(row); // it stays a point
    }
    if (generation !== this.generation) return;
    this.coming.delete(row);
    this.load();
    this.changed();
  }

  /** Return the cell of the picture that was shown longest ago. */
  private oldest(): number {
    const wanted = new Set(this.rows);
    for (const [row, { place }] of this.cells) {
      if (wanted.has(row)) continue;
      this.cells.delete(row);
      return place;
    }
    throw new Error("More pictures are shown than there are cells.");
  }

  private forget(): void {
    this.generation++;
    this.cells.clear();
    this.coming.clear();
    this.broken.clear();
    this.rows = [];
    this.free = Array.from({ length: CELLS }, (_, place) => CELLS - 1 - place);
  }
}

async function decoded(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/webp" }));
  const longer = Math.max(bitmap.width, bitmap.height);
  if (longer <= CELL) return bitmap;
  const side = (pixels: number): number => Math.max(1, Math.round((pixels * CELL) / longer));
  const [resizeWidth, resizeHeight] = [side(bitmap.width), side(bitmap.height)];
  const small = await createImageBitmap(bitmap, { resizeWidth, resizeHeight, resizeQuality: "high" });
  bitmap.close();
  return small;
}

type Seen = Pick<Scenery, "camera" | "at" | "isVisible" | "selected" | "neighbors" | "hits">;

/**
 * Return the rows whose pictures are shown, and how large: what is marked always, and then in row order
 * each that has room beside those before it. So a row's picture stays while one moves.
 */
export function chosen(
  { camera, at, isVisible, selected, neighbors, hits }: Seen,
  chunks: readonly PicturesPart[],
  without: ReadonlySet<number> = new Set(),
): { rows: number[]; size: number } {
  const { width, height } = camera;
  const most = chunks.reduce((sum, { ends }) => sum + ends.length, 0);
  const [seen, xs, ys] = [new Uint32Array(most), new Float32Array(most), new Float32Array(most)];
  let n = 0;
  for (const { first, ends } of chunks) {
    for (let place = 0, start = 0; place < ends.length; start = ends[place++]!) {
      const row = first + place;
      if (ends[place] === start || without.has(row) || !isVisible(row)) continue;
      const [x, y, depth] = camera.project(...at(row));
      if (depth <= 0 || x < 0 || y < 0 || x > width || y > height) continue;
      [seen[n], xs[n], ys[n]] = [row, x, y];
      n++;
    }
  }
  const distance = Math.sqrt((width * height) / Math.max(1, n));
  const size = [...SIZES].reverse().find((one) => one <= distance) ?? SIZES[0];
  const crowd = Math.min(Math.max(1 - distance / SIZES[0], 0), 1);
  const gap = Math.max(size * (AIR + FAR_AIR * crowd), Math.sqrt((width * height) / MOST));
  const [across, down] = [Math.ceil(width / gap) + 3, Math.ceil(height / gap) + 3];
  const grid = new Int32Array(across * down).fill(-1); // with a cell more on each side
  const cellOf = (index: number): number => (Math.floor(ys[index]! / gap) + 1) * across + Math.floor(xs[index]! / gap) + 1;
  const hasRoom = (index: number): boolean => {
    const cell = cellOf(index);
    if (grid[cell]! >= 0) return false;
    for (let step = 0; step < 9; step++) {
      const other = grid[cell + (Math.floor(step / 3) - 1) * across + (step % 3) - 1]!;
      if (other >= 0 && Math.abs(xs[other]! - xs[index]!) < gap && Math.abs(ys[other]! - ys[index]!) < gap) return false;
    }
    return true;
  };
  const order = new Map([...selected, ...neighbors, ...hits].slice(0, MOST / 4).map((row, rank) => [row, rank]));
  const marked: number[] = [];
  for (let index = 0; index < n; index++) {
    if (!order.has(seen[index]!)) continue;
    marked.push(seen[index]!);
    grid[cellOf(index)] = index;
  }
  const rows: number[] = [];
  for (let index = 0; index < n && rows.length + marked.length < MOST; index++) {
    if (order.has(seen[index]!) || !hasRoom(index)) continue;
    rows.push(seen[index]!);
    grid[cellOf(index)] = index;
  }
  // what is marked is drawn last, so that it stands before the others, and what was chosen before all
  marked.sort((a, b) => order.get(b)! - order.get(a)!);
  return { rows: [...rows, ...marked], size };
}

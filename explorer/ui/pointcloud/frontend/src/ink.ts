/** All that is drawn over the points: axes, names, lines, arrows. */

import type { Camera, Vector } from "./camera.ts";
import type { Cluster } from "./clusters.ts";
import { mixed } from "./colors.ts";
import { type Box, type Label, LINE, nameLine, placeLabels, Sheet } from "./labels.ts";
import type { Place } from "./pick.ts";
import type { PointsPart } from "./parts.ts";
import type { Regions } from "./regions.ts";
import type { Shape } from "./shapes.ts";
import type { Ink, View } from "./view.ts";
import { shortened, TEXT_SIZE } from "./words.ts";

const MOST_HITS = 12; // named on the map; the table beside it lists all
const MOST_SELECTED = 24; // likewise; of a larger group, names of a few say what it is
const OF_MANY = 12;
const CLUSTER_SIZE = 20;
const CLUSTER_INK = 0.5; // of the text in the color of its points: so it is read
const CLUSTER_LENGTH = 24;
const CLUSTER_FADES = [2, 4] as const; // zooms between which cluster names go
const CLUSTER_SHIFTS = [0, -1.3, 1.3, -2.6, 2.6]; // lines up or down, where another name is in the way
const AXIS_SIZE = 12;
const SHAFT = 6; // pixels that an arrow takes, across and along

export interface Drawing {
  camera: Camera;
  view: View;
  ink: Ink;
  points: PointsPart;
  /** 1 in space, 0 on the plane. */
  depth: number;
  at: (row: number) => Vector;
  isVisible: (row: number) => boolean;
  isShown: (code: number) => boolean;
  textOf: (row: number) => string;
  widthOf: (text: string, weight: number) => number;
  selected: readonly number[];
  neighbors: Uint32Array;
  clusters: readonly Cluster[];
  /** Rows whose names are written while all moves; null: choose them. */
  kept: readonly number[] | null;
  /** A point's diameter as it is drawn now. */
  size: number;
  /** Rows whose pictures are drawn, and half of their longer side. */
  pictured: ReadonlySet<number>;
  pictureRadius: number;
  regions: Regions;
  /** Where the buttons are. */
  reserved: Box;
  /** Where the key is. */
  key: Box;
}

/** Return the shapes to draw, and the labels among them. */
export function inked(drawing: Drawing): { shapes: Shape[]; labels: Label[] } {
  const { view, ink } = drawing;
  const sheet = new Sheet();
  sheet.take(drawing.reserved);
  sheet.take(drawing.key);
  const shapes: Shape[] = [...axes(drawing, sheet), ...placeNames(drawing, sheet)];
  if (view.lines && view.selected !== null && view.selected === drawing.selected[0]) shapes.push(...lines(drawing));
  shapes.push(...arrows(drawing, sheet));
  for (const row of drawing.pictured) {
    const [x, y] = drawing.camera.project(...drawing.at(row));
    const side = 2 * drawing.pictureRadius;
    sheet.take({ x: x - side / 2, y: y - side / 2, width: side, height: side });
  }
  const labels = names(drawing, sheet);
  for (const { x, y, width, height, text, row, isMarked, leader } of labels) {
    if (leader) {
      const near: Place = [Math.min(Math.max(leader[0], x), x + width), Math.min(Math.max(leader[1], y), y + height)];
      shapes.push({ kind: "stroke", points: [leader, near], color: ink.text, width: 1, alpha: 0.6 });
    }
    shapes.push({
      kind: "text",
      x,
      y: y + height / 2,
      text,
      size: TEXT_SIZE,
      weight: row === drawing.selected[0] ? 800 : isMarked ? 600 : 400,
      color: ink.text,
      halo: ink.ground,
      alpha: 1,
      align: "left",
    });
  }
  return { shapes, labels };
}

function names(drawing: Drawing, sheet: Sheet): Label[] {
  const { camera, view, selected, neighbors, kept } = drawing;
  const hits = selected.length ? [] : view.hits.subarray(0, MOST_HITS); // the best come first
  const chosen = selected.slice(0, selected.length > MOST_SELECTED ? OF_MANY : MOST_SELECTED);
  const marked = [...new Set([...chosen, ...neighbors, ...hits])];
  return placeLabels(
    {
      camera,
      n: kept ? kept.length : drawing.points.positions.length / 3,
      at: drawing.at,
      marked,
      order: kept ? Uint32Array.from(kept) : view.order,
      withOthers: !marked.length,
      isVisible: drawing.isVisible,
      textOf: drawing.textOf,
      widthOf: (text) => drawing.widthOf(text, marked.length ? 600 : 400),
      radius: drawing.size / 2,
      pictureRadius: (row) => (drawing.pictured.has(row) ? drawing.pictureRadius : null),
    },
    sheet,
  );
}

/** Of the regions where they are asked for, else of the categories that the points are colored by. */
function placeNames(drawing: Drawing, sheet: Sheet): Shape[] {
  const { view, camera, ink, points, depth, selected, regions, reserved, widthOf } = drawing;
  const found = depth === 0 && !selected.length && !view.hits.length ? view.regions : [];
  const shapes = regions.write(found, points, camera, ink, camera.width - reserved.width, widthOf, sheet);
  return view.regions.length ? shapes : clusterNames(drawing, sheet);
}

function clusterNames(drawing: Drawing, sheet: Sheet): Shape[] {
  const { camera, view, ink, clusters, isShown, widthOf, selected } = drawing;
  const [from, to] = CLUSTER_FADES;
  const fade = Math.min(Math.max((to - camera.zoom) / (to - from), 0), 1);
  if (!fade || selected.length || view.hits.length) return [];
  return clusters.flatMap(({ code, name, center }): Shape[] => {
    if (!isShown(code)) return [];
    const [middle, up, depth] = camera.project(...center);
    if (depth <= 0 || up < 0 || up > camera.height) return [];
    const text = shortened(name, CLUSTER_LENGTH);
    const width = (widthOf(text, 600) * CLUSTER_SIZE) / TEXT_SIZE;
    const x = Math.min(Math.max(middle, width / 2 + 4), camera.width - drawing.reserved.width - width / 2 - 4);
    const height = 1.2 * CLUSTER_SIZE;
    const y = nameLine({ x, y: up, width, height }, CLUSTER_SHIFTS, camera.height, sheet);
    if (y === null) return [];
    const color = mixed(view.color?.colors[code] ?? ink.quiet, ink.text, CLUSTER_INK);
    const look = { size: CLUSTER_SIZE, weight: 600, color, halo: ink.ground, alpha: 0.9 * fade };
    return [{ kind: "text", x, y, text, align: "center", ...look }];
  });
}

/** To the true neighbors; those to neighbors that the picture does not draw near have a color of their own. */
function lines({ camera, view, ink, at, selected, neighbors, isVisible }: Drawing): Shape[] {
  const [x0, y0] = camera.project(...at(selected[0]!));
  const lost = new Set(view.lost);
  return [...neighbors].filter(isVisible).flatMap((row): Shape[] => {
    const [x, y, depth] = camera.project(...at(row));
    const points: Place[] = [
      [x0, y0],
      [x, y],
    ];
    const color = lost.has(row) ? ink.chosen : ink.text;
    return depth > 0 ? [{ kind: "stroke", points, color, width: 1.5, alpha: 0.8 }] : [];
  });
}

/** Differences of vectors; an end that is a point's place keeps clear of its mark. */
function arrows({ camera, view, ink, points, at, widthOf, size }: Drawing, sheet: Sheet): Shape[] {
  const end = (row: number, raw: readonly number[]): Vector => {
    if (row >= 0) return camera.project(...at(row));
    const [x, y, z] = points.center.map((middle, axis) => ((raw[axis] ?? middle) - middle) * points.scale);
    return camera.project(x!, y!, z!);
  };
  return view.arrows.flatMap(({ label, color: own, rows, start, end: raw }): Shape[] => {
    const [x0, y0, near] = end(rows[0], start);
    const [x2, y2, far] = end(rows[1], raw);
    const whole = Math.hypot(x2 - x0, y2 - y0);
    if (near <= 0 || far <= 0 || whole < 1) return [];
    const [ux, uy] = [(x2 - x0) / whole, (y2 - y0) / whole];
    const clear = rows[1] >= 0 ? Math.min(size / 2 + 5, whole / 2) : 0;
    const [x1, y1, length] = [x2 - clear * ux, y2 - clear * uy, whole - clear];
    const head = Math.min(12, length / 2);
    const color = own ?? ink.chosen;
    const wing = (side: number): Place => [
      x1 - head * ux - side * head * 0.45 * uy,
      y1 - head * uy + side * head * 0.45 * ux,
    ];
    const shaft: Place[] = [
      [x0, y0],
      [x1 - ux * head * 0.7, y1 - uy * head * 0.7],
    ];
    const shapes: Shape[] = [
      { kind: "stroke", points: shaft, color, width: 2.5, alpha: 0.95 },
      { kind: "stroke", points: [[x1, y1], wing(1), wing(-1)], color, width: 1, alpha: 1, isClosed: true, fill: 1 },
    ];
    // no word stands on it
    for (let along = 0; along <= length; along += SHAFT) {
      const [x, y] = [x0 + ux * along, y0 + uy * along];
      sheet.take({ x: x - SHAFT / 2, y: y - SHAFT / 2, width: SHAFT, height: SHAFT });
    }
    if (label) {
      const width = widthOf(label, 600);
      const [x, y] = besideLine([(x0 + x1) / 2, (y0 + y1) / 2], [ux, uy], width, camera, sheet);
      const look = { size: TEXT_SIZE, weight: 600, color, halo: ink.ground, alpha: 1 };
      shapes.push({ kind: "text", x, y, text: label, align: "center", ...look });
    }
    return shapes;
  });
}

/** Return the middle of a text that is to stand beside a line, as near as it can without touching it. */
function besideLine([x, y]: Place, [ux, uy]: Place, width: number, camera: Camera, sheet: Sheet): Place {
  const away = (Math.abs(uy) * width + Math.abs(ux) * LINE) / 2 + 5;
  const places = [1, -1].map((side): Place => [x - side * uy * away, y + side * ux * away]);
  const box = ([middle, line]: Place): Box => ({ x: middle - width / 2, y: line - LINE / 2, width, height: LINE });
  const fits = ([middle]: Place): boolean => middle - width / 2 > 2 && middle + width / 2 < camera.width - 2;
  return places.find((place) => fits(place) && sheet.take(box(place))) ?? places.find(fits) ?? places[0]!;
}

/** In space a box to turn by; axes have names only where they mean something. */
function axes(drawing: Drawing, sheet: Sheet): Shape[] {
  const { camera, view, ink, points, depth, widthOf } = drawing;
  const quiet = { kind: "text", align: "center", size: AXIS_SIZE, weight: 400, color: ink.quiet, halo: ink.ground } as const;
  if (depth === 0) {
    if (!view.axes) return [];
    const [across, up] = view.axes.map((name) => `${name} →`);
    const [x, y] = [camera.width / 2, camera.height - AXIS_SIZE];
    const [wide, high] = [across!, up!].map((text) => widthOf(text, 400));
    // no label stands on them
    sheet.take({ x: x - wide! / 2, y: y - LINE / 2, width: wide!, height: LINE });
    sheet.take({ x: AXIS_SIZE - LINE / 2, y: (camera.height - high!) / 2, width: LINE, height: high! });
    return [
      { ...quiet, x, y, text: across!, alpha: 1 },
      { ...quiet, x: AXIS_SIZE, y: camera.height / 2, text: up!, alpha: 1, upward: true },
    ];
  }
  const shapes = edges(drawing);
  const [hx, hy, hz] = points.half;
  view.axes?.forEach((text, axis) => {
    const end: Vector = [-hx, -hy, -hz];
    end[axis]! *= -1;
    const [x, y, far] = camera.project(...end);
    const width = widthOf(text, 400);
    if (far <= 0) return;
    sheet.take({ x: x - width / 2, y: y - LINE / 2, width, height: LINE });
    shapes.push({ ...quiet, x, y, text, alpha: depth });
  });
  return shapes;
}

function edges({ camera, ink, points, depth }: Drawing): Shape[] {
  const [hx, hy, hz] = points.half;
  const corners = Array.from({ length: 8 }, (_, index) =>
    camera.project(index & 1 ? hx : -hx, index & 2 ? hy : -hy, index & 4 ? hz : -hz),
  );
  const depths = corners.map((corner) => corner[2]);
  const nearest = depths.indexOf(Math.min(...depths)); // its edges would stand before the points
  const shapes: Shape[] = [];
  for (let from = 0; from < 8; from++) {
    for (const to of [1, 2, 4].map((bit) => from | bit)) {
      if (to === from || from === nearest || to === nearest) continue;
      const [x0, y0, near] = corners[from]!;
      const [x1, y1, far] = corners[to]!;
      if (near <= 0 || far <= 0) continue;
      const ends: Place[] = [
        [x0, y0],
        [x1, y1],
      ];
      shapes.push({ kind: "stroke", points: ends, color: ink.quiet, width: 1, alpha: 0.3 * depth });
    }
  }
  return shapes;
}

/** All that is drawn over the points: axes, names, lines, arrows. */

import type { Camera, Vector } from "./camera.ts";
import { type Box, type Label, LINE, placeLabels, Sheet } from "./labels.ts";
import type { Place } from "./pick.ts";
import type { CodesPart, PointsPart } from "./parts.ts";
import type { Shape } from "./shapes.ts";
import type { View } from "./view.ts";

const MOST_CLUSTERS = 40;
const PUREST = 0.72; // share of a category around its middle: where others mix in, no place bears its name
const MOST_COUNTED = 20_000; // points; a sample of that size tells
const CLUSTER_SIZE = 19;
const CLUSTER_FADES = [2, 4] as const; // zooms between which cluster names go
const TEXT_SIZE = 13;

export interface Drawing {
  camera: Camera;
  view: View;
  points: PointsPart;
  /** 1 in space, 0 on the plane. */
  depth: number;
  at: (row: number) => Vector;
  isVisible: (row: number) => boolean;
  isShown: (code: number) => boolean;
  textOf: (row: number) => string;
  widthOf: (text: string, weight: number) => number;
  selected: readonly number[];
  clusters: readonly Cluster[];
  /** Rows whose names are written while all moves; null: choose them. */
  kept: readonly number[] | null;
  /** A point's diameter as it is drawn now. */
  size: number;
  /** Where the buttons are. */
  reserved: Box;
}

export interface Cluster {
  code: number;
  name: string;
  center: Vector;
}

/** Return the names of the categories whose points stand together, and the middle of each. */
export function clustersOf(points: PointsPart, part: CodesPart): Cluster[] {
  if (part.names.length > MOST_CLUSTERS) return [];
  const { positions } = points;
  const sums = part.names.map((): [number, number, number, number, number] => [0, 0, 0, 0, 0]);
  const step = Math.max(1, Math.ceil(part.codes.length / MOST_COUNTED));
  for (let row = 0; row < part.codes.length; row += step) {
    const sum = sums[part.codes[row]!]!;
    for (let axis = 0; axis < 3; axis++) {
      const place = positions[3 * row + axis]!;
      sum[axis]! += place;
      sum[3] += place * place;
    }
    sum[4]++;
  }
  return part.names.flatMap((name, code) => {
    const [sx, sy, sz, squares, n] = sums[code]!;
    const [x, y, z] = [sx / n, sy / n, sz / n];
    const reach = squares / n - x * x - y * y - z * z; // squared; of a typical point of it
    let [own, all] = [0, 0];
    for (let row = 0; row < part.codes.length; row += step) {
      const [dx, dy, dz] = [positions[3 * row]! - x, positions[3 * row + 1]! - y, positions[3 * row + 2]! - z];
      if (dx * dx + dy * dy + dz * dz > reach) continue;
      all++;
      if (part.codes[row] === code) own++;
    }
    return n > 1 && own > PUREST * all ? [{ code, name, center: [x, y, z] as Vector }] : [];
  });
}

/** Return the shapes to draw, and the labels among them. */
export function inked(drawing: Drawing): { shapes: Shape[]; labels: Label[] } {
  const { view } = drawing;
  const sheet = new Sheet();
  sheet.take(drawing.reserved);
  const shapes: Shape[] = [...axes(drawing), ...clusterNames(drawing, sheet)];
  if (view.lines && view.selected !== null && view.selected === drawing.selected[0]) shapes.push(...lines(drawing));
  shapes.push(...arrows(drawing, sheet));
  const labels = names(drawing, sheet);
  for (const { x, y, width, height, text, row, isMarked, leader } of labels) {
    if (leader) {
      const near: Place = [Math.min(Math.max(leader[0], x), x + width), Math.min(Math.max(leader[1], y), y + height)];
      shapes.push({ kind: "stroke", points: [leader, near], color: view.ink.text, width: 1, alpha: 0.6 });
    }
    shapes.push({
      kind: "text",
      x,
      y: y + height / 2,
      text,
      size: TEXT_SIZE,
      weight: row === drawing.selected[0] ? 800 : isMarked ? 600 : 400,
      color: view.ink.text,
      halo: view.ink.ground,
      alpha: 1,
      align: "left",
    });
  }
  return { shapes, labels };
}

function names(drawing: Drawing, sheet: Sheet): Label[] {
  const { camera, view, selected, kept } = drawing;
  const hits = selected.length ? [] : [...view.hits.subarray(0, 40)];
  const marked = [...new Set([...selected.slice(0, 60), ...(selected.length ? view.neighbors : []), ...hits])];
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
    },
    sheet,
  );
}

function clusterNames(drawing: Drawing, sheet: Sheet): Shape[] {
  const { camera, view, clusters, isShown, widthOf, selected } = drawing;
  const [from, to] = CLUSTER_FADES;
  const fade = Math.min(Math.max((to - camera.zoom) / (to - from), 0), 1);
  if (!fade || selected.length || view.hits.length) return [];
  return clusters.flatMap(({ code, name, center }): Shape[] => {
    if (!isShown(code)) return [];
    const [middle, y, depth] = camera.project(...center);
    const text = shortened(name, 24);
    const width = (widthOf(text, 700) * CLUSTER_SIZE) / TEXT_SIZE;
    const x = Math.min(Math.max(middle, width / 2 + 4), camera.width - drawing.reserved.width - width / 2 - 4);
    const box = { x: x - width / 2, y: y - CLUSTER_SIZE * 0.6, width, height: 1.2 * CLUSTER_SIZE };
    if (depth <= 0 || !sheet.take(box)) return [];
    const halo = view.ink.ground;
    return [{ kind: "text", x, y, text, size: CLUSTER_SIZE, weight: 700, color: view.ink.quiet, halo, alpha: 0.8 * fade, align: "center" }];
  });
}

function lines({ camera, view, at, selected, isVisible }: Drawing): Shape[] {
  const [x0, y0] = camera.project(...at(selected[0]!));
  const lost = new Set(view.lost);
  return [...view.neighbors].filter(isVisible).flatMap((row): Shape[] => {
    const [x, y, depth] = camera.project(...at(row));
    const points: Place[] = [
      [x0, y0],
      [x, y],
    ];
    if (depth <= 0) return [];
    return lost.has(row)
      ? [{ kind: "stroke", points, color: view.ink.chosen, width: 1.5, alpha: 0.8 }]
      : [{ kind: "stroke", points, color: view.ink.text, width: 1.5, alpha: 0.8 }];
  });
}

function arrows({ camera, view, points, at, widthOf }: Drawing, sheet: Sheet): Shape[] {
  const end = (row: number, raw: readonly number[]): Vector => {
    if (row >= 0) return camera.project(...at(row));
    const [x, y, z] = points.center.map((middle, axis) => ((raw[axis] ?? middle) - middle) * points.scale);
    return camera.project(x!, y!, z!);
  };
  return view.arrows.flatMap(({ label, rows, start, end: tip }): Shape[] => {
    const [x0, y0, near] = end(rows[0], start);
    const [x1, y1, far] = end(rows[1], tip);
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (near <= 0 || far <= 0 || length < 1) return [];
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const head = Math.min(12, length / 2);
    const color = view.ink.chosen;
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
    if (label) {
      const [x, y] = [(x0 + x1) / 2 - uy * 12, (y0 + y1) / 2 + ux * 12];
      const width = widthOf(label, 600);
      sheet.take({ x: x - width / 2, y: y - LINE / 2, width, height: LINE });
      const halo = view.ink.ground;
      shapes.push({ kind: "text", x, y, text: label, size: TEXT_SIZE, weight: 600, color, halo, alpha: 1, align: "center" });
    }
    return shapes;
  });
}

/** In space a box to turn by; axes have names only where they mean something. */
function axes({ camera, view, points, depth }: Drawing): Shape[] {
  const { ink } = view;
  const quiet = { size: 12, weight: 400, color: ink.quiet, halo: ink.ground };
  if (depth === 0) {
    if (!view.axes) return [];
    const [across, up] = view.axes;
    return [
      { kind: "text", x: camera.width / 2, y: camera.height - 12, text: `${across} →`, alpha: 1, align: "center", ...quiet },
      { kind: "text", x: 12, y: camera.height / 2, text: `${up} →`, alpha: 1, align: "center", upward: true, ...quiet },
    ];
  }
  const [hx, hy, hz] = points.half;
  const corner = (index: number): Vector => [index & 1 ? hx : -hx, index & 2 ? hy : -hy, index & 4 ? hz : -hz];
  const shapes: Shape[] = [];
  const depths = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => camera.project(...corner(index))[2]);
  const nearest = depths.indexOf(Math.min(...depths)); // its edges would stand before the points
  for (let from = 0; from < 8; from++) {
    for (const bit of [1, 2, 4]) {
      if (from & bit || from === nearest || (from | bit) === nearest) continue;
      const [x0, y0, near] = camera.project(...corner(from));
      const [x1, y1, far] = camera.project(...corner(from | bit));
      if (near <= 0 || far <= 0) continue;
      const ends: Place[] = [
        [x0, y0],
        [x1, y1],
      ];
      shapes.push({ kind: "stroke", points: ends, color: ink.quiet, width: 1, alpha: 0.3 * depth });
    }
  }
  view.axes?.forEach((text, axis) => {
    const end: Vector = [-hx, -hy, -hz];
    end[axis]! *= -1;
    const [x, y, far] = camera.project(...end);
    if (far > 0) shapes.push({ kind: "text", x, y, text, alpha: depth, align: "center", ...quiet });
  });
  return shapes;
}

/** Return text on one line, cut to a length. */
export function shortened(text: string, length: number): string {
  const line = text.trim() ? text.replace(/\s+/g, " ") : JSON.stringify(text);
  return line.length <= length ? line : `${[...line].slice(0, length - 1).join("")}…`;
}

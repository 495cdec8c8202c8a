/** Where a category's name belongs: the place at which its points stand thickest and by themselves. */

import type { Vector } from "./camera.ts";
import type { CodesPart, PointsPart } from "./parts.ts";

const MOST_CLUSTERS = 40; // categories: more names say nothing
const MOST_COUNTED = 20_000; // points; a sample of that size tells
const CELLS = 16; // along each side
const PUREST = 0.5; // share of a category at its place: where others mix in, it is not its own
const FEWEST = 0.06; // of a category's points that must stand there

export interface Cluster {
  code: number;
  name: string;
  center: Vector;
}

/** What stands in and around a cell. */
interface Crowd {
  own: number;
  all: number;
}

/** Return the categories that have a place of their own, the largest first. */
export function clustersOf(
  { positions }: PointsPart,
  { codes, names }: CodesPart,
  outside: Uint8Array | null = null,
): Cluster[] {
  if (names.length > MOST_CLUSTERS) return [];
  const step = Math.max(1, Math.ceil(codes.length / MOST_COUNTED));
  const everyone = new Map<number, number>();
  const members = names.map(() => new Map<number, number[]>());
  for (let row = 0; row < codes.length; row += step) {
    if (outside?.[row]) continue;
    const cell = cellOf(positions, row);
    const own = members[codes[row]!]!;
    everyone.set(cell, (everyone.get(cell) ?? 0) + 1);
    const rows = own.get(cell);
    if (rows) rows.push(row);
    else own.set(cell, [row]);
  }
  const found = names.flatMap((name, code) => {
    const cells = members[code]!;
    const n = [...cells.values()].reduce((sum, rows) => sum + rows.length, 0);
    let best: (Crowd & { cell: number }) | null = null;
    for (const cell of cells.keys()) {
      const crowd = crowdAt(cell, cells, everyone);
      if (!best || crowd.own ** 2 * best.all > best.own ** 2 * crowd.all) best = { ...crowd, cell };
    }
    if (!best || best.own < Math.max(2, FEWEST * n) || best.own < PUREST * best.all) return [];
    const center = middle(positions, around(best.cell).flatMap((cell) => cells.get(cell) ?? []));
    return [{ code, name, center, own: best.own }];
  });
  return found.sort((a, b) => b.own - a.own).map(({ code, name, center }) => ({ code, name, center }));
}

function crowdAt(cell: number, cells: ReadonlyMap<number, number[]>, everyone: ReadonlyMap<number, number>): Crowd {
  const crowd = { own: 0, all: 0 };
  for (const near of around(cell)) {
    crowd.own += cells.get(near)?.length ?? 0;
    crowd.all += everyone.get(near) ?? 0;
  }
  return crowd;
}

const WIDE = CELLS + 2; // with a margin, so that no neighbor is on the other side

/** Coordinates go from −1 to 1. */
function cellOf(positions: Float32Array, row: number): number {
  let cell = 0;
  for (let axis = 0; axis < 3; axis++) {
    const place = Math.floor(((positions[3 * row + axis]! + 1) / 2) * CELLS);
    cell = cell * WIDE + Math.min(Math.max(place, 0), CELLS - 1) + 1;
  }
  return cell;
}

function around(cell: number): number[] {
  const steps = [-1, 0, 1];
  return steps.flatMap((x) => steps.flatMap((y) => steps.map((z) => cell + (x * WIDE + y) * WIDE + z)));
}

function middle(positions: Float32Array, rows: readonly number[]): Vector {
  const center: Vector = [0, 0, 0];
  for (const row of rows) for (let axis = 0; axis < 3; axis++) center[axis]! += positions[3 * row + axis]! / rows.length;
  return center;
}

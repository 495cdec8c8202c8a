/** What stands out: marks where the points are, the most important last and on top. */

import type { Vector } from "./camera.ts";
import type { Choosing } from "./choosing.ts";
import type { Marking } from "./painter.ts";
import type { View } from "./view.ts";

const MANY = 50; // selected points, beyond which each is marked less loudly
const MANY_HITS = 1_000;

export const NO_MARKS: Marking = { positions: new Float32Array(), shapes: new Uint8Array(), sizes: new Float32Array() };

/** Return the marks of a view's hits, the selected points and their neighbors. */
export function marksOf(
  { size }: View,
  { rows, neighbors, hits }: Choosing,
  at: (row: number) => Vector,
  isVisible: (row: number) => boolean,
): Marking {
  const groups: [rows: ArrayLike<number>, shape: number, pixels: number][] = [
    [hits, 0, size + (hits.length > MANY_HITS ? 2 : 6)],
    [neighbors, 1, size + 4],
    [rows.slice().reverse(), 2, size + (rows.length > MANY ? 4 : 9)],
  ];
  const n = groups.reduce((sum, [marked]) => sum + marked.length, 0);
  const positions = new Float32Array(3 * n);
  const shapes = new Uint8Array(n);
  const sizes = new Float32Array(n);
  let count = 0;
  for (const [marked, shape, pixels] of groups) {
    for (let index = 0; index < marked.length; index++) {
      const row = marked[index]!;
      // one selected point is shown wherever it is; of several, those that are filtered out are not
      if ((shape !== 2 || rows.length > 1) && !isVisible(row)) continue;
      positions.set(at(row), 3 * count);
      shapes[count] = shape;
      sizes[count++] = pixels;
    }
  }
  return {
    positions: positions.subarray(0, 3 * count),
    shapes: shapes.subarray(0, count),
    sizes: sizes.subarray(0, count),
  };
}

/** Which points are meant: the one under the pointer, those inside a shape. */

import type { Camera } from "./camera.ts";

export type Place = [x: number, y: number];

/** Square pixels that one unit of depth counts for: all points are within two units, so it only breaks ties. */
const DEPTH = 1e-3;

/** A loop over all points is fast enough: a million take some 10 ms, and nothing has to be built. */
function forEachOnScreen(
  positions: Float32Array,
  camera: Camera,
  see: (row: number, x: number, y: number, depth: number) => void,
): void {
  const [right, up, back] = camera.rotation;
  const [tx, ty, tz] = camera.target;
  const { focus, distance, width, height } = camera;
  const [r0, r1, r2] = right;
  const [u0, u1, u2] = up;
  const [b0, b1, b2] = back;
  for (let row = 0, at = 0; at < positions.length; row++, at += 3) {
    const x = positions[at]! - tx;
    const y = positions[at + 1]! - ty;
    const z = positions[at + 2]! - tz;
    const depth = distance - (b0 * x + b1 * y + b2 * z);
    if (depth <= 0) continue;
    const scale = focus / depth;
    const sx = width / 2 + (r0 * x + r1 * y + r2 * z) * scale;
    const sy = height / 2 - (u0 * x + u1 * y + u2 * z) * scale;
    see(row, sx, sy, depth);
  }
}

/**
 * Return the visible point nearest to a place on the screen, within a radius in pixels, or null.
 * Of points in one spot the nearest to the viewer is taken.
 */
export function pickPoint(
  positions: Float32Array,
  camera: Camera,
  [x, y]: Place,
  radius: number,
  isVisible: (row: number) => boolean,
): number | null {
  let best: number | null = null;
  let bestScore = Infinity;
  forEachOnScreen(positions, camera, (row, sx, sy, depth) => {
    const dx = sx - x;
    const dy = sy - y;
    const square = dx * dx + dy * dy;
    if (square > radius * radius) return;
    const score = square + depth * DEPTH;
    if (score < bestScore && isVisible(row)) {
      best = row;
      bestScore = score;
    }
  });
  return best;
}

/** Return the visible points inside a polygon on the screen (even-odd rule). */
export function pointsInside(
  positions: Float32Array,
  camera: Camera,
  polygon: readonly Place[],
  isVisible: (row: number) => boolean,
): number[] {
  const rows: number[] = [];
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  forEachOnScreen(positions, camera, (row, x, y) => {
    if (x < left || x > right || y < top || y > bottom) return;
    if (isInside(x, y, polygon) && isVisible(row)) rows.push(row);
  });
  return rows;
}

/** Tell whether a place is inside a polygon. */
export function isInside(x: number, y: number, polygon: readonly Place[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

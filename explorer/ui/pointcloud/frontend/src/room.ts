/** How much of the map is left free so that the key covers no point when all are shown. */

import type { Camera, CameraState } from "./camera.ts";
import type { Box } from "./labels.ts";
import type { PointsPart } from "./parts.ts";

/** Pixels that are kept free on the left and at the bottom. */
export interface Room {
  left: number;
  bottom: number;
}

export const WHOLE: Room = { left: 0, bottom: 0 };
const MOST_LOOKED_AT = 20_000; // points: this is done at each change of the window's size
const LEFTS = 9; // rooms on the left that are tried
const HALVINGS = 6; // on the way to the least room at the bottom

/** Return the room that leaves the picture largest without a point below the key, which is in the lower left. */
export function roomBeside(
  key: Box | null,
  { half, dimensions, positions }: Pick<PointsPart, "half" | "dimensions" | "positions">,
  camera: Camera,
): Room {
  if (!key || dimensions !== 2) return WHOLE;
  const fitted = (room: Room): CameraState => camera.fitting(half, dimensions, room);
  const isFree = (room: Room): boolean => !covers(key, positions, fitted(room), camera);
  if (isFree(WHOLE)) return WHOLE;
  const rooms = Array.from({ length: LEFTS }, (_, step): Room => {
    const left = ((key.x + key.width) * step) / (LEFTS - 1);
    if (isFree({ left, bottom: 0 })) return { left, bottom: 0 };
    let [covered, free] = [0, camera.height - key.y]; // above the key all is free
    for (let halving = 0; halving < HALVINGS; halving++) {
      const bottom = (covered + free) / 2;
      if (isFree({ left, bottom })) free = bottom;
      else covered = bottom;
    }
    return { left, bottom: free };
  });
  const distances = rooms.map((room) => fitted(room).distance);
  return rooms[distances.indexOf(Math.min(...distances))]!; // of equals, the least to the side
}

/** Whether a box lies over a point of the plane, looked at from a place. */
function covers(box: Box, positions: Float32Array, { target, distance }: CameraState, camera: Camera): boolean {
  const scale = camera.focus / distance;
  const [x0, y0] = [camera.width / 2 - target[0] * scale, camera.height / 2 + target[1] * scale];
  const step = 3 * Math.max(1, Math.floor(positions.length / 3 / MOST_LOOKED_AT));
  for (let at = 0; at < positions.length; at += step) {
    const [x, y] = [x0 + positions[at]! * scale, y0 - positions[at + 1]! * scale];
    if (x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height) return true;
  }
  return false;
}

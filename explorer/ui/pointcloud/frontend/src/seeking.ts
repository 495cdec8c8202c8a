/** Where the map has to go so that what was just found, or selected beside it, is seen. */

import type { Camera, Vector } from "./camera.ts";
import type { View } from "./view.ts";

type Seen = Pick<View, "labels" | "picture" | "hits" | "selected">;

/**
 * Return "all" where new hits lie outside the frame, the selected row where it does, and null where
 * nothing is to be done. A first view, or another picture, keeps the camera with which it was left.
 */
export function sought(
  before: Seen | null,
  { labels, picture, hits, selected }: Seen,
  camera: Pick<Camera, "width" | "height" | "project">,
  at: (row: number) => Vector,
): "all" | number | null {
  if (!before || before.labels !== labels || before.picture !== picture) return null;
  const isOut = (row: number): boolean => {
    const [x, y] = camera.project(...at(row));
    return x < 0 || y < 0 || x > camera.width || y > camera.height;
  };
  const isNew = hits.length !== before.hits.length || hits.some((row, index) => row !== before.hits[index]);
  if (isNew && hits.some(isOut)) return "all";
  return selected !== null && selected !== before.selected && isOut(selected) ? selected : null;
}

/** How points look: their size, their opacity, and the colors that are not data. */

import type { Camera } from "./camera.ts";
import { rgb, type Rgb } from "./colors.ts";
import { inkOf, type View } from "./view.ts";

const FADED = { light: 0.35, dark: 0.55 }; // of the opacity, for points that do not stand out

export interface Style {
  /** A point's diameter in pixels of the screen. */
  size: number;
  /** How much of it is from zooming. */
  grown: number;
  opacity: number;
  /** 1 in space, 0 on the plane, between while one becomes the other. */
  depth: number;
  ink: Rgb;
  ground: Rgb;
  chosen: Rgb;
}

/** Return how a view's points look now. */
export function styleOf(view: View, camera: Camera, depth: number, isDark: boolean, isFaded: boolean): Style {
  const ink = inkOf(view, isDark);
  const closer = Math.min(Math.max(camera.zoom, 0.5), 60) ** 0.3; // grow a little when looked at closely
  const size = view.size * (depth < 1 ? closer : 1);
  return {
    size,
    grown: size - view.size,
    opacity: isFaded ? view.opacity * FADED[isDark ? "dark" : "light"] : view.opacity,
    depth,
    ink: rgb(ink.text),
    ground: rgb(ink.ground),
    chosen: rgb(ink.chosen),
  };
}

/** How many times its usual size a point has whose number is so many 255ths of the way up; as the shader says. */
export const sizeOf = (weight: number): number => 0.5 + (1.9 * weight) / 255;

/** The same for its opacity. */
export const opacityOf = (weight: number): number => 0.12 + (0.88 * weight) / 255;

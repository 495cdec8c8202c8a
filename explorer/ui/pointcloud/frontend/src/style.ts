/** How points look: their size, their opacity, and the colors that are not data. */

import type { Camera } from "./camera.ts";
import { rgb, type Rgb } from "./colors.ts";
import { inkOf, type View } from "./view.ts";

/** Of its usual size, for the lowest number and the highest: from half to nearly five times that. */
export const SIZES = [0.5, 2.4] as const;
/** Of its opacity, likewise: the lowest can still be made out. */
export const OPACITIES = [0.12, 1] as const;
/** Of its size, for what is far away and near in space: far points stay visible, near ones hide little. */
export const NEARNESS = [0.4, 3] as const;
/** How far points fade into the ground behind the camera's target: by unit of depth, and at most. */
export const HAZE = { slope: 0.45, most: 0.62 } as const;

/** Points that a filter leaves out, against the others: their size, and how clear they are. */
export const OUTSIDE = { size: 0.75, clear: { light: 0.16, dark: 0.2 } } as const;

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
  /** Opacity of the points that a filter leaves out. */
  outside: number;
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
    outside: OUTSIDE.clear[isDark ? "dark" : "light"] * (isFaded ? 0.6 : 1),
  };
}

/** How many times its usual size a point has whose number is so many 255ths of the way up; as the shader says. */
export const sizeOf = (weight: number): number => between(SIZES, weight / 255);

/** The same for its opacity. */
export const opacityOf = (weight: number): number => between(OPACITIES, weight / 255);

/** How many times its usual size a point has at a depth in space. */
export const nearnessOf = (distance: number, depth: number): number =>
  Math.min(Math.max(distance / depth, NEARNESS[0]), NEARNESS[1]);

const between = ([low, high]: readonly [number, number], share: number): number => low + (high - low) * share;

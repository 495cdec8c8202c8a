/** A view: what Python asks to be shown, in terms of parts that travel on their own. */

import type { DensityMode } from "./density.ts";
import type { Message } from "./message.ts";
import type { Part, Parts } from "./parts.ts";
import type { Region } from "./regions.ts";

export interface Ink {
  text: string;
  quiet: string;
  grid: string;
  ground: string;
  chosen: string;
}

export interface SizeBy {
  part: string;
  title: string;
  low: number;
  high: number;
}

export interface ColorBy extends SizeBy {
  /** Of each category; or of a scale from low to high. */
  colors: string[];
}

export interface Arrow {
  label: string;
  /** The color of what is selected if null. */
  color: string | null;
  /** Rows, or −1 where an end is a place of its own. */
  rows: [number, number];
  /** Coordinates as the projection has them. */
  start: number[];
  end: number[];
}

export interface View {
  key: string;
  /** The camera stays while this does. */
  picture: string;
  points: string;
  /** The id of the labels: it tells one space from another. */
  labels: string;
  /** What the points are called: their labels, or another column. */
  names: string;
  hover: string[];
  /** The parts of the pictures, in order of their rows; they may come long after the points. */
  pictures: string[];
  color: ColorBy | null;
  sizes: SizeBy | null;
  opacities: SizeBy | null;
  /** The bits of the points that a filter leaves out, and whether they stay as a faint ground. */
  outside: { part: string; isShown: boolean } | null;
  /** Whether a click in the key filters, which Python does, or hides, which happens here. */
  keyFilters: boolean;
  plain: string;
  size: number;
  opacity: number;
  height: number | null;
  /** What the page was when Python drew; it may have changed since. */
  dark: boolean;
  inks: { light: Ink; dark: Ink };
  selected: number | null;
  /** The last choice made here that Python has heard of. */
  answered: number;
  /** The last click in the key that Python has answered. */
  keyAnswered: number;
  hits: Uint32Array;
  neighbors: Uint32Array;
  /** Those of the neighbors that the picture does not draw near. */
  lost: Uint32Array;
  order: Uint32Array | null;
  lines: boolean;
  arrows: Arrow[];
  axes: string[] | null;
  alt: string;
  name: string;
  /** What a saved picture says above its key: the space, the method, what it keeps. */
  caption: string;
  /** How the density below the points is shown. */
  density: DensityMode;
  /** Named regions of the plane, the most important first; none where they are not asked for. */
  regions: Region[];
  canPick: boolean;
  /** Maps of the same link show what the pointer is over in one of them; empty for none. */
  link: string;
  /** Whether a page of its own can be asked for. */
  canPage: boolean;
}

export function toView({ header, arrays }: Message): View {
  const order = arrays["order"] as Uint32Array;
  return {
    ...(header as unknown as View),
    hits: arrays["hits"] as Uint32Array,
    neighbors: arrays["neighbors"] as Uint32Array,
    lost: arrays["lost"] as Uint32Array,
    order: order.length ? order : null,
  };
}

/** Return the colors that are not data. */
export function inkOf({ inks }: View, isDark: boolean): Ink {
  return isDark ? inks.dark : inks.light;
}

/** Return the ids of the parts that a view needs before it can be drawn, and those it can wait for. */
export function partsOf(view: View): { needed: string[]; wanted: string[] } {
  const by = [view.color, view.sizes, view.opacities, view.outside].flatMap((one) => (one ? [one.part] : []));
  return { needed: [view.points, ...by], wanted: [view.names, ...view.hover, ...view.pictures] };
}

/** Return the parts of a view that have come, by id; null while one is missing without which it cannot be drawn. */
export function gather(view: View, parts: Parts): Map<string, Part> | null {
  const { needed, wanted } = partsOf(view);
  const got = new Map<string, Part>();
  for (const id of [...needed, ...wanted]) {
    const part = parts.get(id);
    if (part) got.set(id, part);
  }
  return needed.every((id) => got.has(id)) ? got : null;
}

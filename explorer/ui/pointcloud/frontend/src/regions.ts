/** Names of the regions of a picture: few and large from afar, more and smaller the closer one looks. */

import type { Camera, Vector } from "./camera.ts";
import type { Sheet } from "./labels.ts";
import { nameLine, overlap } from "./labels.ts";
import type { Place } from "./pick.ts";
import type { PointsPart } from "./parts.ts";
import type { Shape } from "./shapes.ts";
import type { Ink } from "./view.ts";
import { shortened, TEXT_SIZE } from "./words.ts";

export interface Region {
  /** Coordinates of its densest place, as the projection has them. */
  at: number[];
  /** 0 from afar, 1, 2 close by. */
  level: number;
  name: string;
  examples: string[];
  size: number;
}

export interface Named extends Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

const SIZES = [20, 16, 14] as const; // of letters, by level
const CLOSER = [1.9, 4.5] as const; // zooms from which the next level is named
const LENGTH = 34;
const ROOMY = 600; // pixels across, below which letters are smaller
const SHIFTS = [0, -1.2, 1.2, -2.4, 2.4]; // lines up or down, where another name is in the way

export const levelAt = (zoom: number): number => CLOSER.filter((one) => zoom >= one).length;

export class Regions {
  /** Those named in the last drawing, and where. */
  named: Named[] = [];

  /** Return the names to write; each takes its place on the sheet. */
  write(
    regions: readonly Region[],
    { center, scale }: PointsPart,
    camera: Camera,
    ink: Ink,
    right: number,
    widthOf: (text: string, weight: number) => number,
    sheet: Sheet,
  ): Shape[] {
    const level = Math.min(levelAt(camera.zoom), Math.max(0, ...regions.map((one) => one.level)));
    this.named = [];
    return regions.flatMap((region): Shape[] => {
      if (region.level !== level) return [];
      const place = center.map((middle, axis) => ((region.at[axis] ?? middle) - middle) * scale) as Vector;
      const [middle, up] = camera.project(...place);
      if (middle < 0 || up < 0 || middle > camera.width || up > camera.height) return [];
      const size = Math.round(SIZES[level]! * Math.min(1, Math.max(0.65, camera.width / ROOMY)));
      const text = shortened(region.name, LENGTH);
      const width = (widthOf(text, 700) * size) / TEXT_SIZE;
      const x = Math.min(Math.max(middle, width / 2 + 4), right - width / 2 - 4);
      const height = 1.25 * size;
      const y = nameLine({ x, y: up, width, height }, SHIFTS, camera.height, sheet);
      if (y === null) return [];
      this.named.push({ ...region, x: x - width / 2, y: y - height / 2, width, height });
      const look = { size, weight: 700, color: ink.text, halo: ink.ground, alpha: 0.92 };
      return [{ kind: "text", x, y, text, align: "center", ...look }];
    });
  }

  /** The region whose name is under the pointer. */
  under([x, y]: Place): Named | null {
    return this.named.find((one) => overlap(one, { x, y, width: 1, height: 1 })) ?? null;
  }
}

/** Return what is told of a region: how many points, and examples from its densest place. */
export function toldOf({ size, examples }: Region): [string, string][] {
  return [["points", size.toLocaleString("en")], ...examples.map((one, index): [string, string] => [index ? "" : "such as", one])];
}

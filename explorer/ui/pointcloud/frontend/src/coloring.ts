/** What the looks of points mean: colors, sizes and opacities, and the key that says so. */

import { type Cluster, clustersOf } from "./clusters.ts";
import { categoryPalette, type Rgb, scalePalette, scaleShades, shares } from "./colors.ts";
import { Legend } from "./legend.ts";
import type { Painter } from "./painter.ts";
import { type Part, type PointsPart, shownNumber, spreadBits } from "./parts.ts";
import type { SizeBy, View } from "./view.ts";
import { shortened } from "./words.ts";

const KEY_LENGTH = 32;
const WIDEST_KEY = 480; // categories that a saved picture explains

type Got = ReadonlyMap<string, Part>;

export interface KeyLine {
  color: string;
  name: string;
}

export class Coloring {
  shades: Uint8Array | Uint16Array = new Uint8Array();
  palette: Uint8Array = new Uint8Array();
  sizes: Uint8Array | null = null;
  opacities: Uint8Array | null = null;
  clusters: Cluster[] = [];
  /** 1 for each point that a filter leaves out; null without one. */
  outside: Uint8Array | null = null;
  /** Codes of the categories that are switched off. */
  hidden = new Set<number>();
  /** The id of what is colored by. */
  by = "";
  readonly legend = new Legend((code, event) => this.click(code, event));
  private done: readonly unknown[] = [];
  private view: View | null = null;
  private part: Part | undefined;

  /** `changed` is called after a category was switched. */
  constructor(
    private readonly painter: Painter,
    private readonly changed: () => void,
    private readonly filter: (code: number, out: boolean) => void,
  ) {}

  /** Color the points as a view asks; what is as it was is not computed again. */
  dress(view: View, points: PointsPart, got: Got): void {
    const { color, sizes, opacities, outside } = view;
    const part = color ? got.get(color.part) : undefined;
    this.view = view;
    this.part = part;
    const wanted = [points.id, JSON.stringify([color, sizes, opacities, outside])];
    if (wanted.some((one, index) => one !== this.done[index])) {
      this.done = wanted;
      if (part?.id !== this.by) this.hidden.clear();
      this.by = part?.id ?? "";
      if (part?.kind === "codes") this.shades = part.codes;
      else if (part?.kind === "numbers" && color) this.shades = scaleShades(part, color);
      else this.shades = new Uint8Array(points.positions.length / 3);
      this.painter.setShades(this.shades);
      this.sizes = weights(sizes, got);
      this.opacities = weights(opacities, got);
      this.painter.setWeights(this.sizes, this.opacities);
      const bits = outside && got.get(outside.part);
      this.outside = bits?.kind === "bits" ? spreadBits(bits, points.positions.length / 3) : null;
      this.painter.setOutside(this.outside, outside?.isShown ?? true);
      this.clusters = part?.kind === "codes" ? clustersOf(points, part, this.outside) : [];
    }
    this.repaint();
  }

  /** Whether a row's point can be pointed at and named: the ground of a filter cannot. */
  readonly isVisible = (row: number): boolean =>
    !this.outside?.[row] && this.palette[4 * this.shades[row]! + 3] !== 0;

  /** All that decides which rows are visible: as long as these are the same, so are those. */
  get kept(): readonly unknown[] {
    return [this.by, [...this.hidden].sort((a, b) => a - b).join(), this.outside];
  }

  /** The color of a row's point. */
  readonly tintOf = (row: number): Rgb => {
    const at = 4 * this.shades[row]!;
    return [this.palette[at]! / 255, this.palette[at + 1]! / 255, this.palette[at + 2]! / 255];
  };

  readonly isShown = (code: number): boolean => !this.hidden.has(code);

  /** The key as a saved picture shows it. */
  get key(): KeyLine[] {
    const color = this.view?.color;
    if (!color) return [];
    if (this.part?.kind === "codes") {
      return this.part.names
        .map((name, code) => ({ name: shortened(name, KEY_LENGTH), color: color.colors[code]!, code }))
        .filter(({ code }) => this.isShown(code))
        .slice(0, WIDEST_KEY);
    }
    const last = color.colors.length - 1;
    return color.colors.map((one, step) => ({
      color: one,
      name: shownNumber(color.low + ((color.high - color.low) * step) / last),
    }));
  }

  private repaint(): void {
    const { color, plain } = this.view!;
    if (color && this.part?.kind === "codes") this.palette = categoryPalette(color.colors, this.hidden);
    else if (color && this.part?.kind === "numbers") this.palette = scalePalette(color.colors);
    else this.palette = categoryPalette([plain], new Set());
    this.painter.setPalette(this.palette);
    this.legend.show(this.view!, this.part, this.off);
  }

  /** The categories whose points are hidden, or all left out by a filter. */
  private get off(): ReadonlySet<number> {
    const { part, outside } = this;
    if (!outside || part?.kind !== "codes") return this.hidden;
    const present = new Set<number>();
    part.codes.forEach((code, row) => outside[row] || present.add(code));
    return new Set(part.names.map((_, code) => code).filter((code) => this.hidden.has(code) || !present.has(code)));
  }

  private click(code: number, { detail, shiftKey }: MouseEvent): void {
    if (!this.view?.keyFilters) this.toggle(code, detail === 2);
    else if (detail < 2) this.filter(code, shiftKey); // a double-click is one
  }

  private toggle(code: number, alone: boolean): void {
    if (this.part?.kind !== "codes") return;
    if (alone) {
      // the two clicks before have switched it off and on again
      const others = this.part.names.map((_, one) => one).filter((one) => one !== code);
      const isAlone = others.every((one) => this.hidden.has(one));
      this.hidden = new Set(isAlone ? [] : others);
    } else if (!this.hidden.delete(code)) this.hidden.add(code);
    this.repaint();
    this.changed();
  }
}

function weights(by: SizeBy | null, got: Got): Uint8Array | null {
  const numbers = by && got.get(by.part);
  return by && numbers?.kind === "numbers" ? shares(numbers, by) : null;
}

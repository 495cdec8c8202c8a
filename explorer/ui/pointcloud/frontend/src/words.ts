/** The words of the map: labels on one line and cut to fit, how wide they are, what is told on hover. */

import { type Part, shownValue, type TextsPart } from "./parts.ts";

export const TEXT_SIZE = 13;
const LABEL_LENGTH = 28;
const HOVER_LENGTH = 120;
const COLUMN_LENGTH = 90;
const KEPT = 20_000; // texts, and widths

export class Words {
  family = "sans-serif";
  private labels: TextsPart | null = null;
  private readonly texts = new Map<number, string>();
  private readonly widths = new Map<string, number>();

  constructor(private readonly context: CanvasRenderingContext2D) {}

  /** Take these labels; they may still be on their way. */
  use(labels: Part | undefined): void {
    this.labels = labels?.kind === "texts" ? labels : null;
    this.texts.clear();
  }

  /** A row's label, as it is written on the map. */
  readonly of = (row: number): string => {
    let text = this.texts.get(row);
    if (text === undefined) {
      text = this.labels ? shortened(shownValue(this.labels, row), LABEL_LENGTH) : "";
      if (this.texts.size > KEPT) this.texts.clear();
      this.texts.set(row, text);
    }
    return text;
  };

  /** The same, as it is told on hover. */
  hovered(row: number): string {
    return this.labels ? shortened(shownValue(this.labels, row), HOVER_LENGTH) : "";
  }

  /** How wide a text is in pixels. */
  readonly widthOf = (text: string, weight: number): number => {
    const key = `${weight}${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      this.context.font = `${weight} ${TEXT_SIZE}px ${this.family}`;
      width = this.context.measureText(text).width;
      if (this.widths.size > KEPT) this.widths.clear();
      this.widths.set(key, width);
    }
    return width;
  };

  /** Return the rows whose label holds a text in lower case. */
  search(text: string): number[] {
    const { labels } = this;
    if (!labels) return [];
    return [...labels.ends.keys()].filter((row) => shownValue(labels, row).toLowerCase().includes(text));
  }
}

/** Return what columns say of a row, as pairs of name and value. */
export function told(parts: readonly (Part | undefined)[], row: number): [string, string][] {
  return parts.flatMap((part): [string, string][] =>
    part && "column" in part && part.kind !== "pictures" ? [[part.column, shortened(shownValue(part, row), COLUMN_LENGTH)]] : [],
  );
}

/** Return text on one line, cut to a length. */
export function shortened(text: string, length: number): string {
  const line = text.trim() ? text.replace(/\s+/g, " ") : JSON.stringify(text);
  return line.length <= length ? line : `${[...line].slice(0, length - 1).join("")}…`;
}

/** What is selected, here and in Python, which each may change. */

import type { Asked } from "./outbox.ts";
import type { View } from "./view.ts";

export interface Choice {
  rows: number[];
  /** When: Python tells by it which choice it has heard of. */
  at: number;
  /** The labels' id: rows of another space are others. */
  of: string;
}

/** A category that was clicked in the key: to be kept, or left out. */
export interface KeyChoice {
  code: number;
  out: boolean;
  /** The title of what is colored by. */
  of: string;
}

/** What a map tells Python. */
export interface Told {
  choice: Choice;
  /** The page has become dark or light, so that Python colors anew. */
  dark: boolean;
  /** Those that Python has not answered yet. */
  key: Asked<KeyChoice>[];
  /** When somebody asked for a page of its own. */
  page: number;
}
export type Tell = <What extends keyof Told>(what: What, value: Told[What]) => void;

const PATIENCE = 30_000; // milliseconds that a choice waits for Python's answer
const MOST_READ = 5; // neighbors that a screen reader is told
const NO_ROWS = new Uint32Array();

export class Choosing {
  /** The one that was chosen first at their head. */
  rows: number[] = [];
  private found: Uint32Array = NO_ROWS;
  private searched: Uint32Array = NO_ROWS;
  private marked: Uint32Array | null = null;
  private labels = "";
  private canPick = false;
  private chosenAt = 0;

  constructor(private readonly tell: (choice: Choice) => void) {}

  /** The true neighbors of the selected point: Python knows them, so they follow a choice. */
  get neighbors(): Uint32Array {
    return this.rows.length ? this.found : NO_ROWS;
  }

  /** What was searched, or what a chart, a table or a saved page marks instead. */
  get hits(): Uint32Array {
    return this.marked ?? this.searched;
  }

  /** Mark these rows instead of what was searched, or nothing more; false where nothing changes by it. */
  mark(rows: Uint32Array | null): boolean {
    if (rows === this.marked) return false;
    this.marked = rows;
    return true;
  }

  /** Take what Python says, unless it has not heard of the last choice yet. */
  hear(view: View): void {
    const isOtherSpace = view.labels !== this.labels;
    this.labels = view.labels;
    this.canPick = view.canPick;
    this.searched = view.hits;
    if (isOtherSpace) [this.rows, this.marked] = [[], null];
    // a view that was on its way while somebody chose must not undo the choice
    const isLate = Date.now() - this.chosenAt > PATIENCE;
    if (!isOtherSpace && view.answered < this.chosenAt && !isLate) return;
    if (view.selected !== (this.rows[0] ?? null)) this.rows = view.selected === null ? [] : [view.selected];
    this.found = view.neighbors;
  }

  /** Await no answer any more: the map has come to another page, and what that selects counts. */
  arrive(): void {
    this.chosenAt = 0;
  }

  /** Select these rows; false where nothing changes by it. */
  choose(rows: number[]): boolean {
    if (!this.canPick) return false;
    if (rows.length === this.rows.length && rows.every((row, index) => row === this.rows[index])) return false;
    if (rows[0] !== this.rows[0]) this.found = NO_ROWS;
    this.rows = rows;
    this.chosenAt = Math.max(Date.now(), this.chosenAt + 1);
    this.tell({ rows, at: this.chosenAt, of: this.labels });
    return true;
  }

  /** Select these rows as well; one that is selected already is taken out again. */
  add(rows: readonly number[]): boolean {
    const known = new Set(this.rows);
    const fresh = rows.filter((row) => !known.has(row));
    if (!fresh.length && rows.length === 1) return this.choose(this.rows.filter((row) => row !== rows[0]));
    return this.choose([...this.rows, ...fresh]);
  }

  /** Return what a screen reader is told. */
  inWords(textOf: (row: number) => string): string {
    const hits = this.hits.length;
    const [first, ...more] = this.rows;
    if (first === undefined) return hits ? `${hits.toLocaleString("en")} marked on the map` : "";
    let text = `Selected: ${textOf(first)}`;
    if (more.length) text += ` and ${more.length.toLocaleString("en")} more`;
    const nearest = [...this.neighbors].slice(0, MOST_READ).map(textOf);
    return nearest.length ? `${text}. Nearest: ${nearest.join(", ")}` : text;
  }
}

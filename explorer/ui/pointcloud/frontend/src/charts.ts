/** The grid of charts: one a column, and what a pointer on them marks on the map. */

import { Chart, type ChartView } from "./chart.ts";
import { button, say } from "./dom.ts";
import { tell } from "./exchange.ts";

export interface Bins {
  /** Whether each row has one bit for each bar, and not the number of its one bar. */
  several: boolean;
  codes: Uint8Array | Uint32Array;
}

export interface ChartsView {
  /** The id of the map's labels. */
  of: string;
  /** How many rows there are, and how many of them the filter keeps. */
  total: number;
  filtered: number | null;
  charts: ChartView[];
  /** One bit for each drawn point: whether the filter keeps it. Null without a filter. */
  kept: Uint8Array | null;
}

export type Ask = (what: object) => void;

const FEW = 0.1; // of all rows: fewer are compared by shares, unless somebody chose

export class Charts {
  readonly element = document.createElement("section");
  private readonly grid = document.createElement("div");
  private readonly scale = document.createElement("div");
  private readonly charts = new Map<string, Chart>();
  private view: ChartsView | null = null;
  private byShare: boolean | null = null;
  private pointed: { column: string; bar: number } | null = null;

  constructor(
    private readonly bins: ReadonlyMap<string, Bins>,
    private readonly ask: Ask,
  ) {
    this.element.className = "columns";
    this.element.setAttribute("aria-label", "Charts of the columns");
    this.grid.className = "grid";
    this.scale.className = "scale";
    this.element.append(this.scale, this.grid);
  }

  show(view: ChartsView): void {
    this.view = view;
    const names = new Set(view.charts.map(({ column }) => column));
    for (const [name, chart] of this.charts) {
      if (names.has(name)) continue;
      chart.element.remove();
      this.charts.delete(name);
    }
    view.charts.forEach((one, index) => {
      let chart = this.charts.get(one.column);
      if (!chart) {
        chart = new Chart({
          ask: (what) => this.ask({ ...what, column: one.column }),
          mark: (bar) => this.mark(one.column, bar),
        });
        this.charts.set(one.column, chart);
      }
      if (this.grid.children[index] !== chart.element) this.grid.insertBefore(chart.element, this.grid.children[index] ?? null);
    });
    this.draw();
  }

  /** Mark what the pointer is on, where that waited for these bins: they come after the charts. */
  haveBins(id: string): void {
    const { view, pointed } = this;
    const waited = view?.charts.find(({ column }) => column === pointed?.column)?.bins;
    if (pointed && waited === id) this.mark(pointed.column, pointed.bar);
  }

  leave(): void {
    this.pointed = null;
    if (this.view) tell("explorer-mark", { of: this.view.of, rows: null });
  }

  /** Whether each side is drawn by its share of its own rows. */
  private get isByShare(): boolean {
    const { total, filtered } = this.view!;
    return filtered !== null && (this.byShare ?? filtered < FEW * total);
  }

  private draw(): void {
    const { total, filtered, charts } = this.view!;
    for (const one of charts) this.charts.get(one.column)!.show(one, total, filtered, this.isByShare);
    this.scale.replaceChildren();
    if (filtered === null) {
      this.scale.append(say("span", "", "Drag over a histogram or click a bar to filter. Shift-click adds a bar."));
      return;
    }
    const swatch = (kind: string, text: string): HTMLElement => {
      const one = say("span", "swatch", text);
      one.prepend(say("i", kind, ""));
      return one;
    };
    this.scale.append(swatch("all", `all ${total.toLocaleString("en")}`), swatch("part", `the ${filtered.toLocaleString("en")} filtered`));
    for (const [text, byShare, title] of [
      ["Counts", false, "Bars are as long as they have rows"],
      ["Shares", true, "Bars are as long as their share of all rows, or of the filtered ones"],
    ] as const) {
      const one = button(text, title, () => {
        this.byShare = byShare;
        this.draw();
      });
      one.setAttribute("aria-pressed", `${this.isByShare === byShare}`);
      this.scale.append(one);
    }
  }

  /** Mark a bar's points on the map: those that the filter keeps. */
  private mark(column: string, bar: number | null): void {
    this.pointed = bar === null ? null : { column, bar };
    const { of, charts, kept } = this.view!;
    const bins = this.bins.get(charts.find((one) => one.column === column)?.bins ?? "");
    if (bar === null || !bins) {
      tell("explorer-mark", { of, rows: null });
      return;
    }
    const { codes, several } = bins;
    const found = new Uint32Array(codes.length);
    let count = 0;
    for (let row = 0; row < codes.length; row++) {
      const isIn = several ? (codes[row]! >>> bar) & 1 : codes[row] === bar;
      if (isIn && (!kept || (kept[row >> 3]! >> (row & 7)) & 1)) found[count++] = row;
    }
    tell("explorer-mark", { of, rows: found.slice(0, count) });
  }
}

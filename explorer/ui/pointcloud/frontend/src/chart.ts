/** One column's chart: a histogram to brush, and bars to click. */

import { button, counted, say } from "./dom.ts";
import { shownNumber } from "./parts.ts";

export interface Axis {
  edges: number[];
  kind: "number" | "date" | "time";
}

export interface ChartView {
  column: string;
  bins: string;
  bars: string[];
  /** Which bars a condition can name. */
  clickable: boolean[];
  counts: number[];
  filtered: number[] | null;
  axis: Axis | null;
  note: string;
  /** The bar of all values without one of their own: it sets no scale. */
  rest: number | null;
  /** What the filter says of this column: bars, a span of the axis, or something else. */
  chosen: number[];
  span: [number, number] | null;
  isFiltered: boolean;
}

interface Tell {
  /** What was clicked or brushed; Python, which has the filter as it is now, makes the condition of it. */
  ask(what: { bar: number; adds: boolean } | { bars: [] } | { low: number; high: number }): void;
  mark(bar: number | null): void;
}

const DRAGGED = 4; // pixels that make a click a brush
const LEAST = 2; // pixels of a bar that has any row

export class Chart {
  readonly element = document.createElement("article");
  private readonly title = say("b", "", "");
  private readonly clear = button("×", "Take this column out of the filter", () => this.tell.ask({ bars: [] }));
  private readonly told = say("p", "told", "");
  private readonly plot = document.createElement("div");
  private readonly ends = say("div", "ends", "");
  private readonly list = document.createElement("div");
  private readonly brush = document.createElement("i");
  private view: ChartView | null = null;
  private total = 0;
  private filtered: number | null = null;
  private current: number | null = null;
  private dragFrom: number | null = null;

  constructor(private readonly tell: Tell) {
    const head = document.createElement("header");
    head.append(this.title, this.clear);
    this.plot.className = "plot";
    this.brush.className = "brush";
    this.list.className = "list";
    this.element.append(head, this.told, this.plot, this.ends, this.list);
    this.element.addEventListener("pointerleave", () => this.point(null));
    this.listen();
  }

  show(view: ChartView, total: number, filtered: number | null, byShare: boolean): void {
    this.view = view;
    this.total = total;
    this.filtered = filtered;
    const { axis, bars, counts } = view;
    this.element.dataset["column"] = view.column;
    this.title.textContent = this.title.title = view.column;
    this.clear.hidden = !view.isFiltered;
    const ofAll = (value: number): number => (byShare ? value / total : value);
    const ofPart = (value: number): number => (byShare ? value / Math.max(1, filtered ?? 1) : value);
    const bins = axis ? axis.edges.length - 1 : 0;
    const most = (from: number, to: number): number =>
      Math.max(...counts.slice(from, to).map((value, index) => (from + index === view.rest ? 0 : Math.max(ofAll(value), ofPart(view.filtered?.[from + index] ?? 0))))) || 1;
    this.element.classList.toggle("shares", byShare);
    this.element.classList.toggle("empty", !bars.length);
    this.plot.hidden = this.ends.hidden = !axis;
    this.plot.replaceChildren();
    if (axis) this.histogram(axis, bins, (index) => [ofAll(counts[index]!), ofPart(view.filtered?.[index] ?? counts[index]!)], most(0, bins));
    this.list.replaceChildren();
    this.list.hidden = bars.length === bins;
    const listed = most(0, bars.length);
    for (let bar = bins; bar < bars.length; bar++) {
      this.list.append(this.line(bar, ofAll(counts[bar]!) / listed, ofPart(view.filtered?.[bar] ?? counts[bar]!) / listed));
    }
    this.point(this.current);
  }

  private histogram({ edges, kind }: Axis, bins: number, heights: (index: number) => [number, number], most: number): void {
    const { chosen, span } = this.view!;
    for (let index = 0; index < bins; index++) {
      const bar = say("div", "bin", "");
      const [all, part] = heights(index);
      for (const [name, value] of [["all", all], ["part", part]] as const) {
        const one = say("i", name, "");
        one.style.height = value ? `max(${LEAST}px, ${(100 * value) / most}%)` : "0";
        bar.append(one);
      }
      this.plot.append(bar);
    }
    this.plot.append(this.brush);
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "group");
    this.plot.setAttribute("aria-label", `Histogram of ${this.view!.column}: arrow keys go from bar to bar, Enter filters by one`);
    const [first, last] = [edges[0]!, edges[bins]!];
    this.ends.replaceChildren(say("span", "", shownEnd(first, kind)), say("span", "", shownEnd(last, kind)));
    const inside = chosen.filter((bar) => bar < bins);
    if (span) this.showBrush(shareOf(edges, span[0]), shareOf(edges, span[1]));
    else if (inside.length) this.showBrush(inside[0]! / bins, (inside[inside.length - 1]! + 1) / bins);
    else this.brush.hidden = true;
  }

  private line(bar: number, all: number, part: number): HTMLElement {
    const { bars, counts, filtered, chosen, clickable } = this.view!;
    const line = button("", "", (event) => this.choose(bar, event.shiftKey));
    line.disabled = !clickable[bar];
    line.dataset["bar"] = `${bar}`;
    line.setAttribute("aria-pressed", `${chosen.includes(bar)}`);
    const track = say("span", "track", "");
    for (const [name, value] of [["all", all], ["part", part]] as const) {
      const one = say("i", name, "");
      one.style.width = value ? `max(${LEAST}px, ${Math.min(100, 100 * value)}%)` : "0";
      track.append(one);
    }
    const name = say("span", "name", bars[bar]!);
    const count = say("span", "count", counted(filtered?.[bar] ?? counts[bar]!));
    line.append(track, name, count);
    line.setAttribute("aria-label", `${bars[bar]}: ${this.inWords(bar)}`);
    line.addEventListener("pointerenter", () => this.point(bar));
    line.addEventListener("focus", () => this.point(bar));
    line.addEventListener("blur", () => this.point(null));
    return line;
  }

  /** Say what is in a bar, and mark it on the map. */
  private point(bar: number | null): void {
    const { view } = this;
    if (!view) return;
    if (bar !== null && bar >= view.bars.length) bar = null;
    this.plot.querySelectorAll(".bin").forEach((one, index) => one.classList.toggle("over", index === bar));
    this.told.textContent = bar === null ? view.note || this.summary() : `${view.bars[bar]}: ${this.inWords(bar)}`;
    this.told.title = this.told.textContent;
    if (bar !== this.current) this.tell.mark(bar);
    this.current = bar;
  }

  private summary(): string {
    const { view, total, filtered } = this;
    if (filtered !== null) return `${counted(filtered)} of ${counted(total)}`;
    const missing = view!.bars.indexOf("missing", view!.axis ? view!.axis.edges.length - 1 : 0);
    return `${counted(total - (missing < 0 ? 0 : view!.counts[missing]!))} values`;
  }

  private inWords(bar: number): string {
    const { counts, filtered } = this.view!;
    return filtered ? `${counted(filtered[bar]!)} of ${counted(counts[bar]!)}` : counted(counts[bar]!);
  }

  /** Filter by one bar, or by one more or less. */
  private choose(bar: number, adds: boolean): void {
    if (this.view!.clickable[bar]) this.tell.ask({ bar, adds });
  }

  private listen(): void {
    const { plot } = this;
    plot.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.dragFrom = event.clientX;
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      if (this.dragFrom === null) this.point(this.barAt(event.clientX));
      else if (this.isDrag(event)) this.showBrush(...this.dragged(event));
    });
    plot.addEventListener("pointerup", (event) => {
      if (this.dragFrom === null) return;
      const isDrag = this.isDrag(event);
      const shares = this.dragged(event);
      this.dragFrom = null;
      if (!isDrag) {
        this.choose(this.barAt(event.clientX), event.shiftKey);
        return;
      }
      const { edges } = this.view!.axis!;
      this.tell.ask({ low: valueAt(edges, shares[0]), high: valueAt(edges, shares[1]) });
    });
    plot.addEventListener("pointercancel", () => (this.dragFrom = null));
    plot.addEventListener("pointerleave", () => this.dragFrom === null && this.point(null));
    plot.addEventListener("blur", () => this.point(null));
    plot.addEventListener("keydown", (event) => {
      const bins = this.view!.axis!.edges.length - 1;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) this.point(Math.min(bins - 1, Math.max(0, (this.current ?? (step > 0 ? -1 : bins)) + step)));
      else if (event.key === "Enter" && this.current !== null) this.choose(this.current, event.shiftKey);
      else return;
      event.preventDefault();
    });
  }

  private isDrag({ clientX }: PointerEvent): boolean {
    return Math.abs(clientX - this.dragFrom!) >= DRAGGED;
  }

  private dragged({ clientX }: PointerEvent): [number, number] {
    return [this.shareAt(this.dragFrom!), this.shareAt(clientX)].sort((a, b) => a - b) as [number, number];
  }

  private shareAt(x: number): number {
    const box = this.plot.getBoundingClientRect();
    return Math.min(1, Math.max(0, (x - box.x) / box.width));
  }

  private barAt(x: number): number {
    const bins = this.view!.axis!.edges.length - 1;
    return Math.min(bins - 1, Math.floor(this.shareAt(x) * bins));
  }

  private showBrush(from: number, to: number): void {
    this.brush.hidden = false;
    this.brush.style.left = `${100 * from}%`;
    this.brush.style.width = `${100 * (to - from)}%`;
  }
}

/** Return the value at a share of the axis: bars are equally wide, though months are not equally long. */
export function valueAt(edges: readonly number[], share: number): number {
  const place = share * (edges.length - 1);
  const bin = Math.min(edges.length - 2, Math.floor(place));
  return edges[bin]! + (place - bin) * (edges[bin + 1]! - edges[bin]!);
}

/** Return where a value is on the axis, as a share of it. */
export function shareOf(edges: readonly number[], value: number): number {
  const next = edges.findIndex((edge) => edge > value);
  const bin = next < 0 ? edges.length - 2 : Math.max(0, next - 1);
  const within = (value - edges[bin]!) / (edges[bin + 1]! - edges[bin]!);
  return (bin + Math.min(1, Math.max(0, within))) / (edges.length - 1);
}

/** Return an end of an axis as people read it. */
export function shownEnd(value: number, kind: Axis["kind"]): string {
  if (kind === "number") return Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7 ? (value ? value.toExponential(1) : "0") : shownNumber(value);
  const text = new Date(value / 1000).toISOString();
  const day = text.slice(0, text.indexOf("T"));
  const time = text.slice(day.length + 1, day.length + 6);
  return kind === "date" || time === "00:00" ? day : `${day} ${time}`;
}

/** All rows as a table: only the lines in sight are here, and the server sends others when they are scrolled to. */

import { button, counted, say } from "./dom.ts";
import { tell } from "./exchange.ts";
import { Scroll, Windows } from "./windows.ts";

interface Column {
  name: string;
  isNumber: boolean;
  /** The least pixels of the column. */
  width: number;
  canSort: boolean;
}

export interface TableView {
  of: string;
  /** Changes with the order, the filter and the columns: what came before is of no use then. */
  version: string;
  total: number;
  columns: Column[];
  sort: string | null;
  descending: boolean;
  first: number;
  /** The row of the space, its place on the map (−1 where it is not drawn), and its cells. */
  lines: [row: number, place: number, cells: (string | null)[]][];
  selected: number | null;
  /** The line of the selected row; null where the filter takes it out. */
  selectedLine: number | null;
}

const LINE = 30; // pixels, as in columns.css
const TALLEST = 8_000_000; // pixels: browsers end between 16 and 33 million
const SPARE = 10; // lines above and below those in sight

export class Table {
  readonly element = document.createElement("section");
  private readonly head = say("div", "head", "");
  private readonly scroller = say("div", "scroller", "");
  private readonly sheet = say("div", "sheet", "");
  private readonly body = say("div", "body", "");
  private readonly windows = new Windows<TableView["lines"][number]>();
  private view: TableView | null = null;
  private asked = "";
  private cursor: number | null = null;
  private picked: number | null = null;
  private isQueued = false;

  constructor(private readonly ask: (what: object) => void) {
    this.element.className = "table";
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "grid");
    this.sheet.append(this.body);
    this.scroller.append(this.head, this.sheet);
    this.element.append(this.scroller);
    this.scroller.addEventListener("scroll", () => this.queue());
    this.scroller.addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.queue()).observe(this.scroller);
  }

  show(view: TableView): void {
    const before = this.view;
    this.view = view;
    this.asked = "";
    if (view.version !== before?.version) {
      this.windows.clear();
      this.cursor = null;
      this.dress();
      this.scroller.scrollTop = 0;
    }
    this.windows.put(view.first, view.lines);
    const isNew = view.selected !== before?.selected || view.version !== before?.version;
    const isMine = view.selected === this.picked;
    if (isNew && view.selectedLine !== null && !(isMine && view.version === before?.version)) this.scrollTo(view.selectedLine);
    this.picked = view.selected;
    this.draw();
  }

  leave(): void {
    this.asked = "";
  }

  private get scroll(): Scroll {
    return new Scroll(this.view!.total, LINE, this.seen, TALLEST);
  }

  /** Pixels of the lines in sight. */
  private get seen(): number {
    return Math.max(LINE, this.scroller.clientHeight - this.head.offsetHeight);
  }

  private scrollTo(line: number): void {
    this.cursor = line;
    this.scroller.scrollTop = this.scroll.topOf(line);
  }

  private dress(): void {
    const { columns, sort, descending, total } = this.view!;
    // each line is a grid of its own: only widths that do not follow their cells are alike
    this.element.style.setProperty("--columns", columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(" "));
    this.element.style.setProperty("--wide", `${columns.reduce((sum, { width }) => sum + width, 0)}px`);
    this.head.replaceChildren(
      ...columns.map(({ name, isNumber, canSort }) => {
        const isBy = name === sort;
        const one = button(name, canSort ? `Sort by ${name}` : `${name} has no order`, () => this.ask({ head: name }));
        one.disabled = !canSort;
        one.classList.toggle("number", isNumber);
        one.setAttribute("aria-sort", isBy ? (descending ? "descending" : "ascending") : "none");
        if (isBy) one.append(say("span", "", descending ? " ▼" : " ▲"));
        return one;
      }),
    );
    this.scroller.setAttribute("aria-rowcount", `${total}`);
    this.scroller.setAttribute("aria-label", `Table of ${counted(total)} rows: arrow keys move, Enter selects`);
    this.sheet.style.height = `${this.scroll.height}px`;
  }

  private queue(): void {
    if (this.isQueued) return;
    this.isQueued = true;
    requestAnimationFrame(() => {
      this.isQueued = false;
      this.draw();
    });
  }

  private draw(): void {
    const { view } = this;
    if (!view || !this.element.isConnected) return;
    const { scroll, seen } = this;
    const exact = scroll.lineAt(this.scroller.scrollTop);
    const first = Math.max(0, Math.floor(exact) - SPARE);
    const last = Math.min(view.total - 1, Math.ceil(exact + seen / LINE) + SPARE);
    const lines: HTMLElement[] = [];
    for (let index = first; index <= last; index++) lines.push(this.line(index));
    this.body.replaceChildren(...lines);
    this.body.style.transform = `translateY(${this.scroller.scrollTop - (exact - first) * LINE}px)`;
    const lacking = this.windows.lacking(first, Math.max(first, last));
    const asked = JSON.stringify(lacking);
    if (lacking && view.total && asked !== this.asked) {
      this.asked = asked;
      this.ask(lacking);
    }
  }

  private line(index: number): HTMLElement {
    const { columns, selected } = this.view!;
    const line = say("div", "line", "");
    const known = this.windows.get(index);
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", `${index + 1}`);
    line.classList.toggle("odd", index % 2 === 1);
    line.classList.toggle("cursor", index === this.cursor);
    if (!known) {
      line.classList.add("waiting");
      return line;
    }
    const [row, place, cells] = known;
    line.setAttribute("aria-selected", `${row === selected}`);
    line.dataset["row"] = `${row}`;
    cells.forEach((text, at) => {
      const cell = say("span", text === null ? "missing" : "", text ?? "—");
      cell.setAttribute("role", "gridcell");
      cell.classList.toggle("number", columns[at]!.isNumber);
      cell.title = text ?? "missing";
      line.append(cell);
    });
    line.addEventListener("click", () => this.pick(index));
    line.addEventListener("pointerenter", () => place >= 0 && tell("explorer-mark", { of: this.view!.of, rows: Uint32Array.of(place) }));
    line.addEventListener("pointerleave", () => tell("explorer-mark", { of: this.view!.of, rows: null }));
    return line;
  }

  private pick(index: number): void {
    const known = this.windows.get(index);
    if (!known) return;
    const [row, place] = known;
    this.cursor = index;
    this.picked = row;
    if (place >= 0) tell("explorer-fly", { of: this.view!.of, row: place });
    this.ask({ row });
  }

  private press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) {
      const from = this.cursor ?? Math.floor(this.scroll.lineAt(this.scroller.scrollTop)) - Math.sign(step);
      this.scrollTo(Math.min(this.view!.total - 1, Math.max(0, from + step)));
      this.queue();
    } else if (event.key === "Enter" && this.cursor !== null && event.target === this.scroller) this.pick(this.cursor);
    else return;
    event.preventDefault();
  }
}

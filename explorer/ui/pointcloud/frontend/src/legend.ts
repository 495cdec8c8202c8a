/** The key over the map: categories that can be switched off, a scale, and what size and opacity mean. */

import { counts } from "./colors.ts";
import { type Part, shownNumber } from "./parts.ts";
import { opacityOf, sizeOf } from "./style.ts";
import type { ColorBy, SizeBy, View } from "./view.ts";

const DOT = 7; // pixels of a usual point in the key
const STEPS = [0, 127, 255]; // shown of a range

export class Legend {
  readonly element = document.createElement("div");
  private shown = "";

  constructor(private readonly click: (code: number, event: MouseEvent) => void) {
    this.element.className = "key";
    // what happens on the key is not for the map below it
    for (const kind of ["pointerdown", "pointermove", "dblclick", "wheel", "keydown"]) {
      this.element.addEventListener(kind, (event) => event.stopPropagation());
    }
  }

  /** Show what the looks of points mean. */
  show({ color, sizes, opacities, keyFilters }: View, part: Part | undefined, hidden: ReadonlySet<number>): void {
    const what = JSON.stringify([color, sizes, opacities, part?.id]);
    if (what !== this.shown) {
      this.shown = what;
      this.element.replaceChildren();
      if (sizes) this.range("Size", sizes, (dot, weight) => Object.assign(dot.style, square(DOT * sizeOf(weight))));
      if (opacities) this.range("Opacity", opacities, (dot, weight) => (dot.style.opacity = `${opacityOf(weight)}`));
      if (color && part?.kind === "codes") this.categories(color, part.names, counts(part), keyFilters);
      if (color && part?.kind === "numbers") this.scale(color);
      this.element.hidden = !this.element.children.length;
    }
    for (const button of this.element.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${!hidden.has(Number(button.dataset["code"]))}`);
    }
  }

  private categories(color: ColorBy, names: readonly string[], sizes: readonly number[], keyFilters: boolean): void {
    const list = document.createElement("details");
    list.open = true;
    const title = document.createElement("summary");
    title.className = "title";
    title.textContent = color.title;
    const holder = document.createElement("div");
    list.append(title, holder);
    this.element.append(list);
    const how = keyFilters
      ? "Click: keep it, with others that you clicked. Shift and click: leave it out."
      : "Click: off or on. Double-click: it alone, or all.";
    names.forEach((name, code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset["code"] = `${code}`;
      button.title = `${name}: ${sizes[code]!.toLocaleString("en")} points. ${how}`;
      const dot = document.createElement("i");
      dot.style.background = color.colors[code]!;
      button.append(dot, span("", name));
      button.addEventListener("click", (event) => this.click(code, event));
      holder.append(button);
    });
  }

  private scale(color: ColorBy): void {
    const ramp = document.createElement("div");
    ramp.className = "ramp";
    ramp.style.background = `linear-gradient(to right, ${color.colors.join(", ")})`;
    this.element.append(span("title", color.title), low(color), ramp, high(color));
  }

  /** Three points, from the least to the most. */
  private range(what: string, by: SizeBy, dress: (dot: HTMLElement, weight: number) => void): void {
    const holder = span("range", "");
    holder.dataset["by"] = what.toLowerCase();
    const dots = STEPS.map((weight) => {
      const dot = document.createElement("i");
      dress(dot, weight);
      return dot;
    });
    holder.append(span("title", `${what}: ${by.title}`), low(by), ...dots, high(by));
    this.element.append(holder);
  }
}

const low = (by: SizeBy): HTMLElement => span("", `≤ ${shownNumber(by.low)}`);
const high = (by: SizeBy): HTMLElement => span("", `≥ ${shownNumber(by.high)}`);
const square = (pixels: number): { width: string; height: string } => ({ width: `${pixels}px`, height: `${pixels}px` });

function span(className: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

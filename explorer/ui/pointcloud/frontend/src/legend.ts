/** The key below the map: categories that can be switched off and on, or a scale. */

import { counts } from "./colors.ts";
import type { Part } from "./parts.ts";
import { shownNumber } from "./parts.ts";
import type { ColorBy } from "./view.ts";

export class Legend {
  readonly element = document.createElement("div");
  private shown = "";

  constructor(private readonly toggle: (code: number, alone: boolean) => void) {
    this.element.className = "key";
  }

  /** Show what the colors mean. */
  show(color: ColorBy | null, part: Part | undefined, hidden: ReadonlySet<number>): void {
    const what = JSON.stringify([color, part?.id]);
    if (what !== this.shown) {
      this.shown = what;
      this.element.replaceChildren();
      if (color && part?.kind === "codes") this.categories(color, part.names, counts(part));
      if (color && part?.kind === "numbers") this.scale(color);
      this.element.hidden = !color;
    }
    for (const button of this.element.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${!hidden.has(Number(button.dataset["code"]))}`);
    }
  }

  private categories(color: ColorBy, names: readonly string[], sizes: readonly number[]): void {
    this.title(color.title);
    names.forEach((name, code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset["code"] = `${code}`;
      button.title = `${name}: ${sizes[code]!.toLocaleString("en")} points. Click: off or on. Double-click: it alone, or all.`;
      const dot = document.createElement("i");
      dot.style.background = color.colors[code]!;
      const text = document.createElement("span");
      text.textContent = name;
      button.append(dot, text);
      button.addEventListener("click", (event) => this.toggle(code, event.detail === 2));
      this.element.append(button);
    });
  }

  private scale(color: ColorBy): void {
    this.title(color.title);
    const ramp = document.createElement("div");
    ramp.className = "ramp";
    ramp.style.background = `linear-gradient(to right, ${color.colors.join(", ")})`;
    const [low, high] = [color.low, color.high].map((value) => {
      const text = document.createElement("span");
      text.textContent = shownNumber(value);
      return text;
    });
    low!.textContent = `≤ ${low!.textContent}`;
    high!.textContent = `≥ ${high!.textContent}`;
    this.element.append(low!, ramp, high!);
  }

  private title(text: string): void {
    const title = document.createElement("span");
    title.className = "title";
    title.textContent = text;
    this.element.append(title);
  }
}

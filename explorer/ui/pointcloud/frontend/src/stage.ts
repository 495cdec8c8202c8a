/** The map's elements: the stage with its canvases, the key, and what is said about them. */

import { Flat } from "./flat.ts";
import type { Box } from "./labels.ts";
import type { Painter } from "./painter.ts";
import { Scene } from "./scene.ts";
import { paint, type Shape } from "./shapes.ts";
import styles from "./styles.css";
import type { Mode } from "./tools.ts";
import type { Ink } from "./view.ts";

const LEAST_HEIGHT = [360, 0.5] as const; // pixels, and of the window
const BELOW = 24; // pixels left free below the map
const SEEN_AT = 0.28; // share of the window's height below which the map's middle is shown

export class Stage {
  readonly holder = div("cloud");
  readonly element = div("stage");
  readonly painter: Painter;
  readonly context: CanvasRenderingContext2D;
  mode: Mode = "move";
  private readonly inkCanvas = document.createElement("canvas");
  private readonly notice = div("notice");
  private readonly said = div("hidden");
  private height: number | null = null;
  private filled = 480;
  private readonly ended = new AbortController();

  /** `restored` is called when the graphics card has come back. */
  constructor(restored: () => void) {
    const style = document.createElement("style");
    style.textContent = styles;
    this.notice.hidden = true;
    this.notice.setAttribute("role", "status");
    this.said.setAttribute("aria-live", "polite");
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "application");
    this.element.setAttribute("aria-roledescription", "map of points");
    this.context = this.inkCanvas.getContext("2d")!;
    this.painter = this.newPainter(restored);
    this.element.append(this.painter.canvas, this.inkCanvas, this.notice);
    this.holder.append(style, this.element, this.said);
    this.holder.dataset["state"] = "waiting";
  }

  /** Put what lies over the points. */
  furnish(over: readonly HTMLElement[]): void {
    this.element.append(...over);
  }

  /** Take colors, a height in pixels (null: what the window leaves) and the words for those who see nothing. */
  dress({ text, quiet, ground, grid }: Ink, isDark: boolean, height: number | null, alt: string): void {
    this.holder.classList.toggle("dark", isDark);
    for (const [name, color] of Object.entries({ ink: text, quiet, ground, line: grid })) {
      this.holder.style.setProperty(`--${name}`, color);
    }
    this.height = height;
    this.element.style.height = `${height ?? this.filled}px`;
    this.element.setAttribute("aria-label", alt);
  }

  /** Take the height that the window leaves. */
  readonly fill = (): void => {
    if (!this.holder.isConnected) return;
    const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
    const top = this.element.getBoundingClientRect().top + scrolled;
    const [least, share] = LEAST_HEIGHT;
    this.filled = Math.round(Math.max(least, share * window.innerHeight, window.innerHeight - top - BELOW));
    this.element.style.height = `${this.height ?? this.filled}px`;
  };

  /** Fit the canvases to the stage and return its size; null while it has none. */
  resize(): { width: number; height: number } | null {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return null;
    const ratio = window.devicePixelRatio || 1;
    this.painter.resize(width, height, ratio);
    this.inkCanvas.width = Math.round(width * ratio);
    this.inkCanvas.height = Math.round(height * ratio);
    return { width, height };
  }

  /** Call `changed` when the screen's pixels become finer or coarser: a zoom, or another screen. */
  watchRatio(changed: () => void): void {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const again = (): void => {
      changed();
      this.watchRatio(changed); // a query knows one resolution only
    };
    query.addEventListener("change", again, { once: true, signal: this.ended.signal });
  }

  /** Give back what the graphics card holds, and listen to nothing any more. */
  dispose(): void {
    this.ended.abort();
    this.painter.dispose();
  }

  /** Draw lines and letters over the points. */
  write(shapes: readonly Shape[], family: string): void {
    const { context, inkCanvas } = this;
    const ratio = inkCanvas.width / this.element.clientWidth;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, inkCanvas.width, inkCanvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(context, shapes, family);
  }

  /** Scroll the page until the map's middle is in sight: as little as that takes, so that the table stays there too. */
  show(): void {
    const { top, height } = this.element.getBoundingClientRect();
    const above = SEEN_AT * window.innerHeight - (top + height / 2);
    if (above > 0) document.querySelector("[data-testid=stMain]")?.scrollBy({ top: -above });
  }

  /** Whether somebody works with the map: it was clicked or tapped, or there is no page to scroll. */
  get isAwake(): boolean {
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const page = document.querySelector("[data-testid=stMain]");
    return root.activeElement === this.element || !page || page.scrollHeight <= page.clientHeight + 1;
  }

  /** What a drag does. */
  setMode(mode: Mode): void {
    this.mode = mode;
    for (const one of ["lasso", "box"]) this.element.classList.toggle(one, mode === one);
    this.note({ mode });
  }

  /** Tell a screen reader. */
  say(text: string): void {
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  /** Tell everybody; nothing where the text is empty. */
  tell(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  /** Show facts to those who test, and to nobody else. */
  note(facts: Record<string, string | number>): void {
    for (const [name, value] of Object.entries(facts)) this.holder.dataset[name] = `${value}`;
  }

  private newPainter(restored: () => void): Painter {
    const canvas = document.createElement("canvas");
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.note({ state: "lost" });
      this.tell("The graphics card was taken away; the map returns with it.");
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.tell("");
      restored();
    });
    try {
      return new Scene(canvas);
    } catch {
      this.note({ painter: "processor" });
      this.tell("This browser has no WebGL2, so the map is drawn without the graphics card, and slower.");
      return new Flat(document.createElement("canvas"));
    }
  }
}

/** Where an element is on the stage, with some air. */
export function boxOf({ offsetLeft: x, offsetTop: y, offsetWidth: width, offsetHeight: height }: HTMLElement): Box {
  return { x: x - 4, y: y - 4, width: width + 12, height: height + 8 };
}

function div(className: string): HTMLDivElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

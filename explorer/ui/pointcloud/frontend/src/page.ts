/**
 * A saved page: its data stands in it, compressed, and it colors and searches by itself.
 *
 * Each message is a script of no known type: zlib's deflate in base64. The first says what there is to
 * color by; the points and the view come next, so that the picture stands before labels are read.
 */

import type { Cloud } from "./cloud.ts";
import type { Choice } from "./choosing.ts";
import type { Mount } from "./main.ts";
import { readMessage } from "./message.ts";
import { type ColorBy, toView, type View } from "./view.ts";

type Theme = "light" | "dark";

/** What can be colored by; null stands for one color for all. */
interface Look {
  name: string;
  color: Record<Theme, ColorBy> | null;
}

interface Contents {
  looks: Look[];
  plain: Record<Theme, string>;
}

const PATIENCE = 1_000; // milliseconds
const TOO_OLD = "This browser is too old for this page: it needs one of 2023 or later.";

/** Show the data that stands in this page, if it is a saved one. */
export async function openPage(mount: (given: Mount) => unknown): Promise<void> {
  if (typeof document === "undefined") return;
  const waiting = (): NodeListOf<Element> => document.querySelectorAll('script[type="application/x-pointcloud"]');
  const main = document.querySelector<HTMLElement>("body > main");
  if (!waiting().length || !main) return;
  if (typeof DecompressionStream === "undefined") {
    main.textContent = TOO_OLD;
    return;
  }
  main.replaceChildren();
  const give = (data: Uint8Array): unknown => mount({ data, parentElement: main, setStateValue: () => undefined });
  let contents: Contents | null = null;
  // this program stands after the view, and runs while the browser still reads the rest of the page
  for (const script of waiting()) {
    const data = await taken(script);
    const message = readMessage(data);
    if (message.header["kind"] === "page") contents = message.header as unknown as Contents;
    else if (message.header["kind"] === "view") {
      new Page(mount, main, data, toView(message), contents!);
      break;
    } else give(data);
  }
  await drawn();
  if (document.readyState === "loading") await new Promise((go) => document.addEventListener("DOMContentLoaded", go));
  const later: Uint8Array[] = [];
  for (const script of waiting()) later.push(await taken(script));
  later.forEach(give); // together, because the map is drawn again for what comes
  main.dataset["state"] = "complete";
}

/** The one map of a page, and what stands on it. */
class Page {
  private readonly cloud: Cloud;
  private look: Look;

  constructor(
    mount: (given: Mount) => unknown,
    main: HTMLElement,
    data: Uint8Array,
    private view: View,
    private readonly contents: Contents,
  ) {
    this.look = contents.looks[0]!;
    mount({ data, parentElement: main, setStateValue: (name, value) => this.hear(name, value) });
    this.cloud = main.querySelector<HTMLElement & { pointcloud: Cloud }>(".cloud")!.pointcloud;
    main.querySelector(".stage")!.append(finder(this.cloud));
    if (contents.looks.length > 1) document.querySelector("header")?.append(this.chooser());
  }

  private hear(name: string, value: unknown): void {
    if (name === "choice") {
      const { rows, at } = value as Choice;
      this.view = { ...this.view, selected: rows[0] ?? null, answered: at };
    } else if (name === "dark") {
      this.view = { ...this.view, dark: value as boolean };
      this.show();
    }
  }

  private show(): void {
    const theme = this.view.dark ? "dark" : "light";
    this.view = { ...this.view, color: this.look.color?.[theme] ?? null, plain: this.contents.plain[theme] };
    this.cloud.update(this.view);
    this.cloud.fill(); // another key has another height
  }

  private chooser(): HTMLElement {
    const holder = document.createElement("label");
    holder.className = "chooser";
    const field = document.createElement("select");
    field.append(...this.contents.looks.map(({ name }, index) => new Option(name, `${index}`)));
    field.addEventListener("change", () => {
      this.look = this.contents.looks[Number(field.value)]!;
      this.show();
    });
    holder.append("Color by", field);
    return holder;
  }
}

function finder(cloud: Cloud): HTMLElement {
  const holder = document.createElement("label");
  holder.className = "finder";
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", "Search");
  const found = document.createElement("output");
  holder.append(field, found);
  for (const kind of ["pointerdown", "dblclick", "keydown", "wheel"]) {
    holder.addEventListener(kind, (event) => event.stopPropagation());
  }
  let hits: number[] = [];
  let next = 0;
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    hits = text ? cloud.search(text) : [];
    next = 0;
    found.textContent = text ? `${hits.length.toLocaleString("en")} found` : "";
    cloud.markHits(Uint32Array.from(hits));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length) cloud.goTo(hits[next++ % hits.length]!);
  });
  return holder;
}

/** Let the picture be drawn before more is unpacked; a page in the background draws none. */
function drawn(): Promise<unknown> {
  const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return Promise.race([frame().then(frame), late]);
}

/** Take a message out of the page. */
async function taken(script: Element): Promise<Uint8Array> {
  const letters = atob(script.textContent ?? "");
  script.remove();
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

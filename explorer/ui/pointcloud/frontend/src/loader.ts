/**
 * What Streamlit loads: a few lines that get the map's program once for all mounts of a visit. Where it
 * cannot be had, each map says so and offers to try again.
 *
 * Streamlit serves the files of a component without age, date or validator, so that each visit asks
 * for them again. Kept in IndexedDB, the program of 33 kB came later for a first visitor, and hardly
 * earlier for one who returned (docs/benchmarks.md).
 */

import { readMessage } from "./message.ts";

interface Given {
  data: Uint8Array | null;
  parentElement: HTMLElement | ShadowRoot;
}
interface Program {
  default(given: unknown): (() => void) | undefined;
}
/** A mount that waits for the program. */
interface Waiting {
  given: Given;
  end?: (() => void) | undefined;
}

const ADDRESS = new URL("program.js", import.meta.url).href;
const LOST = "The map’s program did not arrive, so nothing can be drawn. Is the server still running?";
const LOST_STYLE =
  "display: flex; gap: 12px; align-items: center; flex-wrap: wrap; padding: 24px; box-sizing: border-box;" +
  "min-height: 180px; font: 16px var(--st-font, sans-serif); color: var(--st-text-color, inherit);" +
  "border: 1px solid var(--st-border-color, #8a949e); border-radius: var(--st-base-radius, 8px)";

let program: Program | null = null;
let isLoading = true;
let failures = 0;
const waiting = new Set<Waiting>();
void start(); // at once, and not with the first data

export default function mount(given: Given): (() => void) | undefined {
  if (program) return program.default(given);
  const one: Waiting = { given };
  waiting.add(one);
  if (!isLoading) tellLost(one);
  return () => {
    waiting.delete(one);
    one.end?.();
  };
}

/** Load the program and serve those who wait for it, or tell them that it did not come. */
async function start(): Promise<void> {
  isLoading = true;
  try {
    program = await load();
  } catch {
    failures++;
  }
  isLoading = false;
  for (const one of waiting) {
    one.end?.();
    if (program) one.end = program.default(one.given);
    else tellLost(one);
  }
  if (program) waiting.clear();
}

/** Say that the program did not come, where a map should stand: the mounts of parts have no height. */
function tellLost(one: Waiting): void {
  const { data, parentElement } = one.given;
  if (!data?.length || readMessage(data).header["kind"] !== "view") return;
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  notice.style.cssText = LOST_STYLE;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => void start());
  notice.append(LOST, again);
  one.end = () => notice.remove();
  parentElement.append(notice);
}

async function load(): Promise<Program> {
  // a browser remembers that an address failed, so each attempt asks for another one
  return (await import(failures ? `${ADDRESS}?failures=${failures}` : ADDRESS)) as Program;
}

/**
 * What Streamlit loads: a few lines that get the map's program once, and keep it in the browser.
 *
 * Streamlit serves the files of a component without age, date or validator, so that no browser keeps
 * them from visit to visit. So the program is kept in IndexedDB, under the hash of its content. Where
 * that cannot be had, it is loaded each time. Where the program itself cannot be had, each map says
 * so and offers to try again.
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

/** The hash of program.js, written here when it is built. */
declare const PROGRAM: string;

const STORE = "embedding-explorer program";
const PATIENCE = 1_000; // milliseconds
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
  try {
    const store = await opened();
    let text = await answer<string | undefined>(store().get(PROGRAM));
    if (!text) {
      text = await fetched();
      store().clear(); // of another version
      store().put(text, PROGRAM);
    }
    // the address stays good: a map that is saved as a page reads its program from there
    return (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))) as Program;
  } catch {
    // a browser remembers that an address failed, so each attempt asks for another one
    return (await import(failures ? `${ADDRESS}?failures=${failures}` : ADDRESS)) as Program;
  }
}

async function fetched(): Promise<string> {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`${ADDRESS}: ${response.status}`);
  return response.text();
}

/** Return a function that gives access to what is kept. */
async function opened(): Promise<() => IDBObjectStore> {
  const asked = indexedDB.open(STORE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE)); // some browsers never answer
  const database = await Promise.race([answer(asked), late]);
  return () => database.transaction(STORE, "readwrite").objectStore(STORE);
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("Nothing can be kept here."));
  });
}

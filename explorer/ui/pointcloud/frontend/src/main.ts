/**
 * The program's entry, for three hosts. Streamlit calls the default function each time a mount gets
 * data: a part, which is put aside, or a view, which is shown. anywidget, in a notebook, calls it once
 * with nothing and gets what it calls next. A saved page calls itself.
 *
 * A map outlives its mount: it leaves the page with its element and comes back with it, so that
 * camera, selection and all that is on the graphics card survive a visit to another page.
 */

import { Cameras } from "./cameras.ts";
import type { Choice, Tell } from "./choosing.ts";
import { Cloud } from "./cloud.ts";
import { readMessage } from "./message.ts";
import { type Notebook, notebook } from "./notebook.ts";
import { openPage } from "./page.ts";
import { Parts, toPart } from "./parts.ts";
import { toView } from "./view.ts";

export interface Mount {
  data: Uint8Array | null;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
  /** Which map it is; its view's key by default. Not called `key`: Streamlit hands over one of its own by that name. */
  called?: string;
}

interface Living {
  cloud: Cloud;
  tell: Tell;
}

const MOST_ASIDE = 4; // maps kept while another page is open; a browser has some 16 WebGL contexts
const parts = new Parts();
const cameras = new Cameras();
const clouds = new Map<string, Living>();

export default function main(): Notebook;
export default function main(given: Mount): (() => void) | undefined;
export default function main(given?: Mount): Notebook | (() => void) | undefined {
  return given ? mount(given) : notebook(mount);
}

function mount({ data, parentElement, setStateValue, called }: Mount): (() => void) | undefined {
  if (!data?.length) return undefined;
  const message = readMessage(data);
  if (message.header["kind"] !== "view") {
    parts.put(toPart(message), (id) => [...clouds.values()].some(({ cloud }) => cloud.needs(id)));
    return undefined;
  }
  const view = toView(message);
  const key = called ?? view.key;
  const living = clouds.get(key) ?? born(key);
  living.tell = (what, value) => setStateValue(what, typeof value === "object" && "rows" in value ? packed(value) : value);
  const { element } = living.cloud;
  const isElsewhere = element.parentNode !== parentElement;
  if (isElsewhere) {
    parentElement.append(element);
    living.cloud.arrive();
  }
  Object.assign(element, { pointcloud: living.cloud });
  living.cloud.update(view);
  if (isElsewhere) living.cloud.fill();
  return () => {
    if (element.parentNode === parentElement) element.remove();
    forgetOldest();
  };
}

function born(key: string): Living {
  const living: Living = {
    cloud: new Cloud(parts, cameras, (what, value) => living.tell(what, value)),
    tell: () => undefined,
  };
  clouds.set(key, living);
  return living;
}

function forgetOldest(): void {
  const aside = [...clouds].filter(([, { cloud }]) => !cloud.element.isConnected);
  for (const [key, { cloud }] of aside.slice(0, Math.max(0, aside.length - MOST_ASIDE))) {
    cloud.dispose();
    clouds.delete(key);
  }
}

const MOST_LISTED = 2_000;

/** Return a choice as Python reads it: few rows as a list, many as bits, eight rows a byte. */
function packed({ rows, at, of }: Choice): Record<string, unknown> {
  if (rows.length <= MOST_LISTED) return { at, of, rows };
  const bits = new Uint8Array(Math.ceil((rows.reduce((most, row) => Math.max(most, row), 0) + 1) / 8));
  for (const row of rows) bits[row >> 3]! |= 1 << (row & 7);
  let text = "";
  for (let start = 0; start < bits.length; start += 0x8000) {
    text += String.fromCharCode(...bits.subarray(start, start + 0x8000));
  }
  return { at, of, rows: [rows[0]], bits: btoa(text) };
}

void openPage(mount);

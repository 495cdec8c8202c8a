/**
 * The entry of the columns below a map: small charts, and the table of all rows. Streamlit calls the
 * default function with the bins of a column, which are put aside, or with charts or a table to show.
 */

import { type Bins, Charts, type ChartsView } from "./charts.ts";
import STYLES from "./columns.css";
import { readMessage } from "./message.ts";
import { Outbox } from "./outbox.ts";
import { Table, type TableView } from "./table.ts";

interface Mount {
  data: Uint8Array | null;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
}

const MOST_KEPT = 64; // columns whose bins are kept
const bins = new Map<string, Bins>();
const shown = new WeakMap<Node, Shown>();
const grids = new Set<Charts>(); // those on the page

interface Shown {
  one: Charts | Table;
  outbox: Outbox<object>;
  send: (all: object[]) => void;
}

export default function mount({ data, parentElement, setStateValue }: Mount): (() => void) | undefined {
  if (!data?.length) return undefined;
  const { header, arrays } = readMessage(data);
  const kind = header["kind"];
  if (kind === "bins") {
    // the message may be a view of a larger buffer that goes with it
    const codes = (arrays["codes"] as Bins["codes"]).slice();
    bins.set(header["id"] as string, { several: header["several"] as boolean, codes });
    for (const id of bins.keys()) if (bins.size > MOST_KEPT) bins.delete(id);
    for (const grid of grids) grid.haveBins(header["id"] as string);
    return undefined;
  }
  const { one, outbox } = hosted(parentElement, kind === "charts", (all) => setStateValue("asked", all));
  outbox.hear(header["answered"] as number);
  if (one instanceof Charts) {
    grids.add(one);
    const kept = arrays["kept"] as Uint8Array;
    one.show({ ...(header as unknown as ChartsView), kept: kept.length ? kept.slice() : null });
  } else one.show(header as unknown as TableView);
  return () => {
    if (one instanceof Charts) grids.delete(one);
    one.leave();
  };
}

/** Return the charts or the table of a place on the page, which sends what is asked by the last `send`. */
function hosted(parent: HTMLElement | ShadowRoot, isCharts: boolean, send: Shown["send"]): Shown {
  const known = shown.get(parent);
  if (known) return Object.assign(known, { send });
  const outbox = new Outbox<object>((all) => made.send(all));
  const ask = (what: object): void => outbox.ask(what);
  const made: Shown = { one: isCharts ? new Charts(bins, ask) : new Table(ask), outbox, send };
  shown.set(parent, made);
  const style = document.createElement("style");
  style.textContent = STYLES;
  parent.append(style, made.one.element);
  return made;
}

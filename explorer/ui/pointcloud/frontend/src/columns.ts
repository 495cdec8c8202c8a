/**
 * The entry of the columns below a map: small charts, and the table of all rows. Streamlit calls the
 * default function with the bins of a column, which are put aside, or with charts or a table to show.
 */

import { type Bins, Charts, type ChartsView } from "./charts.ts";
import STYLES from "./columns.css";
import { readMessage } from "./message.ts";
import { Table, type TableView } from "./table.ts";

interface Mount {
  data: Uint8Array | null;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
}

const MOST_KEPT = 64; // columns whose bins are kept
const bins = new Map<string, Bins>();
const shown = new WeakMap<Node, Charts | Table>();

export default function mount({ data, parentElement, setStateValue }: Mount): (() => void) | undefined {
  if (!data?.length) return undefined;
  const { header, arrays } = readMessage(data);
  const kind = header["kind"];
  if (kind === "bins") {
    // the message may be a view of a larger buffer that goes with it
    const codes = (arrays["codes"] as Bins["codes"]).slice();
    bins.set(header["id"] as string, { several: header["several"] as boolean, codes });
    for (const id of bins.keys()) if (bins.size > MOST_KEPT) bins.delete(id);
    return undefined;
  }
  let one = shown.get(parentElement);
  if (!one) {
    one = kind === "charts" ? new Charts(bins) : new Table();
    shown.set(parentElement, one);
    const style = document.createElement("style");
    style.textContent = STYLES;
    parentElement.append(style, one.element);
  }
  const ask = (what: object): void => setStateValue("asked", { ...what, at: Date.now() });
  if (one instanceof Charts) {
    const kept = arrays["kept"] as Uint8Array;
    one.show({ ...(header as unknown as ChartsView), kept: kept.length ? kept.slice() : null }, ask);
  } else one.show(header as unknown as TableView, ask);
  return () => one.leave();
}

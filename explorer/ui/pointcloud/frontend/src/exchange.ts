/**
 * What the components of one page tell each other without the server: charts and table say which
 * points of a map to mark, or where it shall fly; and linked maps what the pointer is over. Streamlit mounts components in the page itself, so
 * they share its window. Points are known by their labels' id and their place among those drawn.
 */

export interface Marked {
  /** The id of the labels of the map that is meant. */
  of: string;
  /** The points to mark; null ends it. */
  rows: Uint32Array | null;
}

export interface Flight {
  of: string;
  row: number;
}

export interface Hovered {
  /** Maps of the same link have the same items row by row. */
  link: string;
  /** The key of the map that the pointer is on. */
  from: string;
  row: number | null;
}

interface Told {
  "explorer-mark": Marked;
  "explorer-fly": Flight;
  "explorer-hover": Hovered;
}

export function tell<Kind extends keyof Told>(kind: Kind, what: Told[Kind]): void {
  window.dispatchEvent(new CustomEvent(kind, { detail: what }));
}

/** Return a function that ends the listening. */
export function hear<Kind extends keyof Told>(kind: Kind, told: (what: Told[Kind]) => void): () => void {
  const listener = (event: Event): void => told((event as CustomEvent<Told[Kind]>).detail);
  window.addEventListener(kind, listener);
  return () => window.removeEventListener(kind, listener);
}

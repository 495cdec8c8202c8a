/**
 * Parts: what a view is made of and what is too big to send twice. A view names its parts by id.
 */

import type { Message } from "./message.ts";

/** Coordinates, centered and scaled to −1 … 1, three a point whatever the dimensions. */
export interface PointsPart {
  kind: "points";
  id: string;
  dimensions: number;
  positions: Float32Array;
  center: [number, number, number];
  scale: number;
  /** Half the extent on each axis, scaled. */
  half: [number, number, number];
}

/** One text a point. */
export interface TextsPart {
  kind: "texts";
  id: string;
  column: string;
  utf8: Uint8Array;
  ends: Uint32Array;
}

/** One of few values a point. */
export interface CodesPart {
  kind: "codes";
  id: string;
  column: string;
  names: string[];
  codes: Uint8Array | Uint16Array;
}

/** One number a point. */
export interface NumbersPart {
  kind: "numbers";
  id: string;
  column: string;
  values: Float32Array;
}

/** Thumbnails of some rows, from `first` on: files one after the other, and where each ends. */
export interface PicturesPart {
  kind: "pictures";
  id: string;
  column: string;
  first: number;
  bytes: Uint8Array;
  ends: Uint32Array;
}

/** One bit a point, eight points a byte, the lowest first. */
export interface BitsPart {
  kind: "bits";
  id: string;
  bits: Uint8Array;
}

export type Part = BitsPart | PointsPart | TextsPart | CodesPart | NumbersPart | PicturesPart;

const MOST_KEPT = 32;

/** The parts that have arrived, and who wants to know of new ones. */
export class Parts {
  private readonly parts = new Map<string, Part>();
  private readonly listeners = new Set<() => void>();

  /** Keep a part; those used longest ago go, unless somebody still needs them. */
  put(part: Part, isNeeded: (id: string) => boolean = () => false): void {
    if (this.parts.has(part.id)) return;
    this.parts.set(part.id, part);
    for (const id of this.parts.keys()) {
      if (this.parts.size <= MOST_KEPT) break;
      if (id !== part.id && !isNeeded(id)) this.parts.delete(id);
    }
    for (const listener of this.listeners) listener();
  }

  get(id: string): Part | undefined {
    const part = this.parts.get(id);
    if (part) {
      this.parts.delete(id);
      this.parts.set(id, part);
    }
    return part;
  }

  onPut(listener: () => void): void {
    this.listeners.add(listener);
  }

  offPut(listener: () => void): void {
    this.listeners.delete(listener);
  }
}

/** Make a part from a message. */
export function toPart(message: Message): Part {
  const { header, arrays } = message;
  const { kind, id, column } = header as { kind: Part["kind"]; id: string; column: string };
  switch (kind) {
    case "points":
      return { kind, id, ...normalized(coordinatesOf(message), header["dimensions"] as number) };
    case "texts":
      return { kind, id, column, utf8: arrays["utf8"] as Uint8Array, ends: arrays["ends"] as Uint32Array };
    case "codes":
      return { kind, id, column, names: header["names"] as string[], codes: arrays["codes"] as Uint16Array };
    case "numbers":
      return { kind, id, column, values: arrays["values"] as Float32Array };
    case "bits":
      return { kind, id, bits: arrays["bits"] as Uint8Array };
    case "pictures": {
      // the message may be a view of a larger buffer that goes with it
      const bytes = (arrays["bytes"] as Uint8Array).slice();
      return { kind, id, column, first: header["first"] as number, bytes, ends: (arrays["ends"] as Uint32Array).slice() };
    }
  }
}

type Normalized = Omit<PointsPart, "kind" | "id">;

/** Center coordinates and scale them to −1 … 1, the same on all axes: lengths stay true. */
export function normalized(raw: Float32Array, dimensions: number): Normalized {
  const n = raw.length / dimensions;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let axis = 0; axis < dimensions; axis++) {
    let [least, most] = [Infinity, -Infinity];
    for (let index = axis; index < raw.length; index += dimensions) {
      const value = raw[index]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[axis] = least;
    high[axis] = most;
  }
  const center = [0, 0, 0] as [number, number, number];
  const half = [0, 0, 0] as [number, number, number];
  for (let axis = 0; axis < dimensions && n; axis++) {
    center[axis] = (low[axis]! + high[axis]!) / 2;
    half[axis] = (high[axis]! - low[axis]!) / 2;
  }
  const scale = 1 / (Math.max(...half) || 1);
  const positions = new Float32Array(3 * n);
  for (let axis = 0; axis < dimensions; axis++) {
    const middle = center[axis]!;
    for (let row = 0; row < n; row++) positions[3 * row + axis] = (raw[dimensions * row + axis]! - middle) * scale;
  }
  return { dimensions, positions, center, scale, half: half.map((one) => one * scale) as typeof half };
}

/** Return coordinates as they were; a saved page holds them as steps from their lowest. */
function coordinatesOf({ header, arrays }: Message): Float32Array {
  const values = arrays["coordinates"]!;
  if (values instanceof Float32Array) return values;
  const { low, step } = header as { low: number[]; step: number };
  return Float32Array.from(values, (value, index) => low[index % low.length]! + step * value);
}

/** Return a byte for each of n points: 1 where its bit is set. */
export function spreadBits({ bits }: BitsPart, n: number): Uint8Array {
  const found = new Uint8Array(n);
  for (let row = 0; row < n; row++) found[row] = (bits[row >> 3]! >> (row & 7)) & 1;
  return found;
}

const decoder = new TextDecoder();

/** Return the text of a row. */
export function textOf(part: TextsPart, row: number): string {
  return decoder.decode(part.utf8.subarray(row ? part.ends[row - 1] : 0, part.ends[row]));
}

/** Return what to show of a column's row. */
export function shownValue(part: Part, row: number): string {
  switch (part.kind) {
    case "points":
    case "bits":
    case "pictures":
      return "";
    case "texts":
      return textOf(part, row);
    case "codes":
      return part.names[part.codes[row]!] ?? "";
    case "numbers":
      return shownNumber(part.values[row]!);
  }
}

/** Return a number as people read it: a year stays a year, a share gets few digits. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size >= 10_000) return sign + Math.round(size).toLocaleString("en");
  if (size >= 100 || Number.isInteger(size)) return `${sign}${Math.round(size)}`;
  return sign + Number(size.toPrecision(4)).toString();
}

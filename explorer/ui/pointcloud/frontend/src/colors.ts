/** Colors: from what Python names to what the graphics card looks up. */

import type { CodesPart, NumbersPart } from "./parts.ts";
import type { ColorBy, SizeBy } from "./view.ts";

export type Rgb = [red: number, green: number, blue: number]; // each 0 to 1

const STEPS = 255; // of a scale; the last place is for what is no number
const MISSING: Rgb = [0.6, 0.6, 0.6];

export function rgb(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** Return a color a share of the way from one to another. */
export function mixed(from: string, to: string, share: number): string {
  const [start, end] = [rgb(from), rgb(to)];
  const parts = start.map((one, channel) => Math.round(255 * (one + (end[channel]! - one) * share)));
  return `#${parts.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** Return the palette's bytes for categories; those in `hidden` are not drawn. */
export function categoryPalette(colors: readonly string[], hidden: ReadonlySet<number>): Uint8Array {
  const bytes = new Uint8Array(4 * colors.length);
  colors.forEach((color, code) => {
    bytes.set(rgb(color).map((one) => Math.round(one * 255)), 4 * code);
    bytes[4 * code + 3] = hidden.has(code) ? 0 : 255;
  });
  return bytes;
}

/** Return the palette's bytes for a scale through some colors. */
export function scalePalette(colors: readonly string[]): Uint8Array {
  const stops = colors.map(rgb);
  const bytes = new Uint8Array(4 * (STEPS + 1));
  for (let step = 0; step < STEPS; step++) {
    const place = (step / (STEPS - 1)) * (stops.length - 1);
    const index = Math.min(Math.floor(place), stops.length - 2);
    const share = place - index;
    for (let channel = 0; channel < 3; channel++) {
      const value = stops[index]![channel]! * (1 - share) + stops[index + 1]![channel]! * share;
      bytes[4 * step + channel] = Math.round(value * 255);
    }
    bytes[4 * step + 3] = 255;
  }
  bytes.set([...MISSING.map((one) => Math.round(one * 255)), 255], 4 * STEPS);
  return bytes;
}

/** Return each point's place on a scale. */
export function scaleShades({ values }: NumbersPart, { low, high }: ColorBy): Uint8Array {
  const span = high - low || 1;
  const shades = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const share = (values[row]! - low) / span;
    shades[row] = Number.isFinite(share) ? Math.round(Math.min(Math.max(share, 0), 1) * (STEPS - 1)) : STEPS;
  }
  return shades;
}

/** Return each number's share of the way from low to high, of 255. */
export function shares({ values }: NumbersPart, { low, high }: SizeBy): Uint8Array {
  const span = high - low || 1;
  const found = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const share = (values[row]! - low) / span;
    found[row] = Number.isFinite(share) ? Math.round(Math.min(Math.max(share, 0), 1) * 255) : 0;
  }
  return found;
}

/** Return how many points each category has. */
export function counts(part: CodesPart): number[] {
  const found = new Array<number>(part.names.length).fill(0);
  for (const code of part.codes) found[code]!++;
  return found;
}

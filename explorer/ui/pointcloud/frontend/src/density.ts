/**
 * How thickly points stand on the plane: a kernel density estimate on a grid, told as shares. A cell's
 * value is the share of the points that stand no thicker than it, so that the line of 0.25 encloses
 * the densest three quarters of all points, whatever the density is.
 */

export type DensityMode = "none" | "lines" | "heat";

export const SIDE = 320; // cells along each side
/** Of the plane that the grid covers: points stand within 1. */
export const REACH = 1.15;
/** Shares outside each line: the lines enclose 90, 75, 50 and 25 of 100 points. */
export const LINES = [0.1, 0.25, 0.5, 0.75] as const;

const BANDWIDTH = 0.12; // at one point; it shrinks as n^(−1/6) (Scott 1992)
const REACHES = 3; // standard deviations
const STEPS = 4_096; // of density, to count points by
const DECADES = 8; // of density that are told apart

/** Return the share of points outside of each cell's line, row by row from below; null without points. */
export function densityOf(positions: Float32Array, counts: (row: number) => boolean): Float32Array | null {
  const n = positions.length / 3;
  const grid = new Float32Array(SIDE * SIDE);
  const cells = new Int32Array(n).fill(-1);
  const scale = SIDE / (2 * REACH);
  let counted = 0;
  for (let row = 0; row < n; row++) {
    if (!counts(row)) continue;
    const x = Math.floor((positions[3 * row]! + REACH) * scale);
    const y = Math.floor((positions[3 * row + 1]! + REACH) * scale);
    const cell = y * SIDE + x;
    cells[row] = cell;
    grid[cell]!++;
    counted++;
  }
  if (!counted) return null;
  const density = blurred(grid, BANDWIDTH * counted ** (-1 / 6) * scale);
  return shares(density, grid, counted);
}

/** Blur by a Gaussian, first along rows and then along columns. */
function blurred(grid: Float32Array, sigma: number): Float32Array {
  const reach = Math.max(1, Math.ceil(REACHES * sigma));
  const kernel = Float32Array.from({ length: reach + 1 }, (_, away) => Math.exp(-0.5 * (away / sigma) ** 2));
  const across = new Float32Array(grid.length);
  const both = new Float32Array(grid.length);
  const spread = (from: Float32Array, to: Float32Array, step: number, stride: number): void => {
    for (let line = 0; line < SIDE; line++) {
      for (let at = 0; at < SIDE; at++) {
        const value = from[line * stride + at * step]!;
        if (!value) continue;
        const last = Math.min(SIDE - 1, at + reach);
        for (let other = Math.max(0, at - reach); other <= last; other++) {
          to[line * stride + other * step]! += value * kernel[Math.abs(other - at)]!;
        }
      }
    }
  };
  spread(grid, across, 1, SIDE);
  spread(across, both, SIDE, 1);
  return both;
}

/** Turn densities into shares of the points that stand no thicker. */
function shares(density: Float32Array, grid: Float32Array, counted: number): Float32Array {
  const most = density.reduce((high, one) => Math.max(high, one), 0);
  const place = (value: number): number =>
    value > 0 ? Math.max(0, 1 + Math.log10(value / most) / DECADES) * (STEPS - 0.001) : 0;
  const below = new Float32Array(STEPS + 1);
  grid.forEach((points, cell) => {
    if (points) below[Math.floor(place(density[cell]!)) + 1]! += points / counted;
  });
  for (let step = 1; step <= STEPS; step++) below[step]! += below[step - 1]!;
  return density.map((value) => {
    const at = place(value);
    const step = Math.floor(at);
    return below[step]! + (below[step + 1]! - below[step]!) * (at - step);
  });
}

/** Keeps a picture's density as long as nothing changes by which it was made. */
export class Density {
  mode: DensityMode = "none";
  private made: readonly unknown[] = [];

  /** `show` takes the cells, or null where there is nothing to show. */
  constructor(private readonly show: (cells: Float32Array | null, mode: DensityMode) => void) {}

  /** Show the density of the points that count; `by` names all that it depends on beside the points. */
  dress(mode: DensityMode, positions: Float32Array, isPlane: boolean, by: readonly unknown[], counts: (row: number) => boolean): void {
    const wanted = [mode, positions, isPlane, ...by];
    if (wanted.length === this.made.length && wanted.every((one, index) => one === this.made[index])) return;
    this.made = wanted;
    this.mode = isPlane ? mode : "none";
    this.show(this.mode === "none" ? null : densityOf(positions, counts), this.mode);
  }
}

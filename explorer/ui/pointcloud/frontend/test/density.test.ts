import assert from "node:assert/strict";
import { test } from "node:test";

import { Density, densityOf, LINES, REACH, SIDE } from "../src/density.ts";

const N = 4_000;

/** Normal numbers, by Box and Muller, from a generator with a seed. */
function normal(n: number): Float32Array {
  let state = 7;
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const positions = new Float32Array(3 * n);
  for (let row = 0; row < n; row++) {
    const [radius, angle] = [0.25 * Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
    positions.set([radius * Math.cos(angle), radius * Math.sin(angle), 0], 3 * row);
  }
  return positions.map((one) => Math.min(Math.max(one, -1), 1));
}

const cellOf = (x: number, y: number): number =>
  Math.floor(((y + REACH) * SIDE) / (2 * REACH)) * SIDE + Math.floor(((x + REACH) * SIDE) / (2 * REACH));

test("each line encloses its share of the points", () => {
  const positions = normal(N);
  const shares = densityOf(positions, () => true)!;
  for (const line of LINES) {
    let inside = 0;
    for (let row = 0; row < N; row++) if (shares[cellOf(positions[3 * row]!, positions[3 * row + 1]!)]! >= line) inside++;
    assert.ok(Math.abs(inside / N - (1 - line)) < 0.02, `${inside / N} within ${line}`);
  }
});

test("a normal distribution's line of one half is the circle that it should be", () => {
  const shares = densityOf(normal(N), () => true)!;
  // half of the points stand within 1.177 standard deviations of 0.25; the kernel widens it a little
  assert.ok(shares[cellOf(0.25, 0)]! > 0.5);
  assert.ok(shares[cellOf(0.36, 0)]! < 0.5);
});

test("only points that count are counted, and without any there is no density", () => {
  const positions = Float32Array.of(-0.5, 0, 0, 0.5, 0, 0);
  const shares = densityOf(positions, (row) => row === 1)!;
  assert.ok(shares[cellOf(0.5, 0)]! > 0.9);
  assert.equal(shares[cellOf(-0.5, 0)], 0);
  assert.equal(densityOf(positions, () => false), null);
});

test("the density is made again only when something changes by which it was made", () => {
  const shown: (Float32Array | null)[] = [];
  const density = new Density((cells) => shown.push(cells));
  const positions = normal(100);
  const all = (): boolean => true;
  density.dress("lines", positions, true, ["a"], all);
  density.dress("lines", positions, true, ["a"], all);
  assert.equal(shown.length, 1);
  density.dress("lines", positions, true, ["b"], all);
  density.dress("lines", positions, false, ["b"], all);
  assert.deepEqual(shown.map((one) => one !== null), [true, true, false]);
});

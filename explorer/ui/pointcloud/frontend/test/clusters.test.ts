import assert from "node:assert/strict";
import { test } from "node:test";

import { clustersOf } from "../src/clusters.ts";
import { normalized, spreadBits, type CodesPart, type PointsPart } from "../src/parts.ts";

/** Points around some places, the same number each. */
function around(places: readonly [number, number][], each: number): PointsPart {
  const raw = places.flatMap(([x, y]) =>
    Array.from({ length: each }, (_, index) => [x + 0.3 * Math.sin(index * 12.9), y + 0.3 * Math.cos(index * 78.2)]),
  );
  return { kind: "points", id: "p", ...normalized(Float32Array.from(raw.flat()), 2) };
}

function codes(names: string[], values: number[]): CodesPart {
  return { kind: "codes", id: "c", column: "kind", names, codes: Uint8Array.from(values) };
}

test("a name stands where its points are thickest, and not between two places of theirs", () => {
  const points = around([[-5, 0], [5, 0], [0, 5]], 40);
  const part = codes(["apart", "other"], [...Array(80).fill(0), ...Array(40).fill(1)] as number[]);
  const [apart] = clustersOf(points, part).filter(({ name }) => name === "apart");
  assert.ok(Math.abs(apart!.center[0]) > 0.8);
});

test("what a filter leaves out has no name", () => {
  const points = around([[-5, 0], [5, 0]], 40);
  const part = codes(["kept", "left out"], [...Array(40).fill(0), ...Array(40).fill(1)] as number[]);
  const outside = spreadBits({ kind: "bits", id: "b", bits: Uint8Array.from({ length: 10 }, (_, byte) => (byte < 5 ? 0 : 255)) }, 80);
  assert.deepEqual(clustersOf(points, part, outside).map(({ name }) => name), ["kept"]);
});

test("a category that others run through has no place of its own", () => {
  const points = around([[-5, 0], [5, 0]], 60);
  const mixed = Array.from({ length: 120 }, (_, row) => (row < 60 ? 0 : 1 + (row % 3)));
  assert.deepEqual(clustersOf(points, codes(["alone", "a", "b", "c"], mixed)).map(({ name }) => name), ["alone"]);
});

test("too many categories are not named at all", () => {
  const names = Array.from({ length: 41 }, (_, code) => `${code}`);
  assert.deepEqual(clustersOf(around([[0, 0]], 41), codes(names, names.map(Number))), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { sought } from "../src/seeking.ts";

const PLACES = [[10, 10, 0], [50, 50, 0], [500, 50, 0]] as [number, number, number][];
const camera = { width: 100, height: 100, project: (x: number, y: number, z: number) => [x, y, 1 + z] as [number, number, number] };
const at = (row: number): [number, number, number] => PLACES[row]!;
const view = (hits: number[], selected: number | null = null, picture = "a") => ({ labels: "one", picture, hits: Uint32Array.from(hits), selected });

test("new hits outside the frame ask for all, those inside for nothing", () => {
  assert.equal(sought(view([]), view([0, 2]), camera, at), "all");
  assert.equal(sought(view([]), view([0, 1]), camera, at), null);
  assert.equal(sought(view([0, 2]), view([0, 2], 1), camera, at), null); // hits that were there: somebody moved away
});

test("a point selected outside the frame is flown to", () => {
  assert.equal(sought(view([]), view([], 2), camera, at), 2);
  assert.equal(sought(view([], 2), view([], 2), camera, at), null);
});

test("a first view and another picture keep their camera", () => {
  assert.equal(sought(null, view([2], 2), camera, at), null);
  assert.equal(sought(view([]), view([2], 2, "b"), camera, at), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../src/camera.ts";
import type { Painter } from "../src/painter.ts";
import type { PicturesPart } from "../src/parts.ts";
import { chosen, Pictures, type Scenery } from "../src/pictures.ts";

const NONE = new Uint32Array();

function part(n: number, first = 0, lacking: readonly number[] = []): PicturesPart {
  const ends = new Uint32Array(n);
  let end = 0;
  for (let row = 0; row < n; row++) ends[row] = end += lacking.includes(row) ? 0 : 2;
  const bytes = Uint8Array.from({ length: end }, (_, index) => index % 251);
  return { kind: "pictures", id: `p${first}`, column: "photo", first, bytes, ends };
}

function scenery(positions: readonly [number, number][], more: Partial<Scenery> = {}): Scenery {
  const camera = new Camera();
  camera.resize(800, 400);
  camera.state = camera.fitting([1, 1, 0], 2);
  return {
    camera,
    at: (row) => [positions[row]![0], positions[row]![1], 0],
    isVisible: () => true,
    tintOf: () => [0, 0, 0],
    selected: [],
    neighbors: NONE,
    hits: NONE,
    chosen: [1, 0, 0],
    ink: [0, 0, 1],
    ...more,
  };
}

/** A grid of n x n points over the whole map. */
function lattice(n: number): [number, number][] {
  return Array.from({ length: n * n }, (_, row) => [((row % n) / (n - 1)) * 2 - 1, (Math.floor(row / n) / (n - 1)) * 2 - 1]);
}

test("few pictures are all shown, and large", () => {
  const { rows, size } = chosen(scenery(lattice(3)), [part(9)]);
  assert.deepEqual([...rows].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(size, 64);
});

test("of many, those are shown that have room beside each other", () => {
  const seen = scenery(lattice(150));
  const { rows, size } = chosen(seen, [part(150 * 150)]);
  assert.equal(size, 24);
  assert.ok(rows.length > 20 && rows.length <= 1024);
  const places = rows.map((row) => seen.camera.project(...seen.at(row)));
  for (const [index, [x, y]] of places.entries()) {
    for (const [px, py] of places.slice(0, index)) assert.ok(Math.max(Math.abs(px - x), Math.abs(py - y)) >= size);
  }
});

test("never more are shown than half of the cells", () => {
  const seen = scenery(lattice(200));
  seen.camera.resize(8000, 4000);
  assert.ok(chosen(seen, [part(40_000)]).rows.length <= 1024);
});

test("what is marked is always shown, and drawn last", () => {
  const positions = lattice(100);
  const rows = chosen(scenery(positions, { selected: [5151], neighbors: Uint32Array.of(5152, 5153) }), [part(10_000)]).rows;
  assert.deepEqual(rows.slice(-3), [5153, 5152, 5151]);
});

test("rows without a picture, switched off or out of sight are not shown", () => {
  const positions: [number, number][] = [
    [0, 0],
    [0.5, 0],
    [-0.5, 0],
    [90, 0],
  ];
  const seen = scenery(positions, { isVisible: (row) => row !== 1 });
  assert.deepEqual(chosen(seen, [part(4, 0, [2])]).rows, [0]);
});

test("a picture's bytes are found in the chunk that holds its row", () => {
  const painter = { setPictures: () => undefined, putPicture: () => undefined } as unknown as Painter;
  const pictures = new Pictures(painter, () => undefined);
  pictures.use([part(3, 3, [1]), part(3)]);
  assert.deepEqual([...pictures.bytes(1)!], [2, 3]);
  assert.deepEqual([...pictures.bytes(5)!], [2, 3]);
  assert.equal(pictures.bytes(4), null);
  assert.equal(pictures.bytes(6), null);
});

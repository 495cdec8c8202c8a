import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../src/camera.ts";
import type { Box } from "../src/labels.ts";
import { roomBeside, WHOLE } from "../src/room.ts";

const SQUARE = Array.from({ length: 441 }, (_, n) => [(n % 21) / 10 - 1, Math.floor(n / 21) / 10 - 1, 0]).flat();
const ROUND = Array.from({ length: 360 }, (_, n) => [Math.cos((n * Math.PI) / 180), Math.sin((n * Math.PI) / 180), 0]).flat();
const WIDE: Box = { x: 8, y: 500, width: 180, height: 60 }; // touches the square of points, low in the map
const HIGH: Box = { x: 8, y: 300, width: 110, height: 292 };

function seen(width: number, key: Box | null, places: number[], dimensions = 2) {
  const camera = new Camera();
  camera.resize(width, 600);
  const half = [1, 1, dimensions === 2 ? 0 : 1] as [number, number, number];
  const room = roomBeside(key, { half, dimensions, positions: Float32Array.from(places) }, camera);
  camera.state = camera.fitting(half, dimensions, room);
  const at = places.flatMap((_, index) => (index % 3 ? [] : [camera.project(places[index]!, places[index + 1]!, places[index + 2]!)]));
  const covered = at.filter(([x, y]) => key && x > key.x && x < key.x + key.width && y > key.y && y < key.y + key.height);
  const outside = at.filter(([x, y]) => x < 0 || y < 0 || x > width || y > 600);
  return { room, covered: covered.length, outside: outside.length, scale: camera.scale };
}

test("a key that covers no point changes nothing", () => {
  assert.deepEqual(seen(1_000, null, SQUARE).room, WHOLE);
  assert.deepEqual(seen(1_000, HIGH, SQUARE).room, WHOLE);
});

test("no point lies below the key, and all stay in sight", () => {
  for (const key of [WIDE, HIGH]) {
    const { room, covered, outside } = seen(700, key, SQUARE);
    assert.deepEqual([covered, outside], [0, 0]);
    assert.ok(room.left + room.bottom > 0);
  }
});

test("the picture moves aside where that costs nothing, and shrinks where it must", () => {
  assert.equal(seen(800, WIDE, SQUARE).scale, seen(800, null, SQUARE).scale);
  assert.ok(seen(600, WIDE, SQUARE).scale < seen(600, null, SQUARE).scale);
});

test("a round cloud, whose corners are empty, shrinks less than a square one", () => {
  assert.ok(seen(600, WIDE, ROUND).scale > seen(600, WIDE, SQUARE).scale);
});

test("a picture in space, which one turns, is left as it is", () => {
  assert.deepEqual(seen(600, WIDE, SQUARE, 3).room, WHOLE);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera, type Vector } from "../src/camera.ts";
import { overlap, placeLabels, Sheet, type Wanted } from "../src/labels.ts";

const N = 3_000;
const places: Vector[] = Array.from({ length: N }, (_, row) => [Math.sin(row * 12.9) , Math.cos(row * 78.2), 0]);

function wanted(more: Partial<Wanted> = {}): Wanted {
  const camera = new Camera();
  camera.resize(800, 600);
  camera.state = camera.fitting([1, 1, 0], 2);
  return {
    camera,
    n: N,
    at: (row) => places[row]!,
    marked: [],
    order: null,
    withOthers: true,
    isVisible: () => true,
    textOf: (row) => `word${row}`,
    widthOf: (text) => 7 * text.length,
    radius: 3,
    ...more,
  };
}

test("no label covers another", () => {
  const labels = placeLabels(wanted({ marked: [5, 17, 400] }));
  assert.ok(labels.length > 30);
  labels.forEach((one, index) => labels.slice(index + 1).forEach((other) => assert.ok(!overlap(one, other))));
});

test("the important come first, and the marked before them", () => {
  assert.equal(placeLabels(wanted())[0]!.row, 0);
  const order = Uint32Array.from({ length: N }, (_, index) => N - 1 - index);
  assert.equal(placeLabels(wanted({ order }))[0]!.row, N - 1);
  assert.deepEqual(placeLabels(wanted({ marked: [77] })).slice(0, 2).map(({ row }) => row), [77, 0]);
});

test("the closer one looks, the larger the share of the points in sight that is named", () => {
  const share = (zoom: number): number => {
    const one = wanted();
    one.camera.zoomAt(400, 300, zoom);
    const inSight = places.filter((place) => {
      const [x, y] = one.camera.project(...place);
      return x > 0 && y > 0 && x < 800 && y < 600;
    });
    return placeLabels(one).length / inSight.length;
  };
  assert.ok(share(6) > 3 * share(1));
});

test("a marked point is named even where it is tight, by a label apart from it", () => {
  const crowd = placeLabels(wanted({ marked: [...Array(16).keys()], at: (row) => [row / 1000, 0, 0], n: 16 }));
  assert.equal(crowd.length, 16);
  assert.ok(crowd.some(({ leader }) => leader));
});

test("what is hidden or out of sight has no label", () => {
  const labels = placeLabels(wanted({ isVisible: (row) => row % 2 === 0, marked: [3] }));
  assert.ok(labels.length && labels.every(({ row }) => row % 2 === 0));
  const away = wanted();
  away.camera.pan(5_000, 0);
  assert.deepEqual(placeLabels(away), []);
});

test("only marked points are named when asked so", () => {
  assert.deepEqual(placeLabels(wanted({ marked: [8], withOthers: false })).map(({ row }) => row), [8]);
});

test("a sheet tells what is taken", () => {
  const sheet = new Sheet();
  assert.ok(sheet.take({ x: 0, y: 0, width: 100, height: 20 }));
  assert.ok(!sheet.take({ x: 90, y: 10, width: 100, height: 20 }));
  assert.ok(sheet.take({ x: 100, y: 0, width: 10, height: 20 }));
  assert.ok(sheet.take({ x: -60, y: -60, width: 50, height: 50 }));
});

test("no name of a marked point stands on another marked point", () => {
  const rows = [...Array(16).keys()];
  const one = wanted({ marked: rows, at: (row) => [0.03 * Math.cos(row), 0.03 * Math.sin(row), 0], n: 16, withOthers: false });
  const labels = placeLabels(one);
  assert.equal(labels.length, 16);
  for (const row of rows) {
    const [x, y] = one.camera.project(...one.at(row));
    assert.ok(labels.every((label) => !overlap(label, { x: x - 3, y: y - 3, width: 6, height: 6 })));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { ASLANT, between, Camera, turned, type Vector } from "../src/camera.ts";
import { isInside, pickPoint, pointsInside } from "../src/pick.ts";

const POINTS = Float32Array.of(-1, -1, 0, 1, 1, 0, 0, 0, 0, 0.5, 0, 0);

function camera(dimensions = 2): Camera {
  const made = new Camera();
  made.resize(800, 600);
  made.state = made.fitting([1, 1, dimensions === 3 ? 1 : 0], dimensions);
  return made;
}

const near = (a: number, b: number, slack = 1e-6): void => assert.ok(Math.abs(a - b) < slack, `${a} is not ${b}`);

test("all points fit, the middle in the middle", () => {
  const [x, y] = camera().project(0, 0, 0);
  assert.deepEqual([x, y], [400, 300]);
  const [left, bottom] = camera().project(-1, -1, 0);
  near(bottom, 582);
  near(left, 118);
  for (const [x, y, z] of [[0.7, 0, 0.7], [-0.7, -0.7, 0], [0, 1, 0], [0, 0, -1]] as Vector[]) {
    const place = camera(3).project(x, y, z);
    assert.ok(place[0] >= 0 && place[0] <= 800 && place[1] >= 0 && place[1] <= 600);
  }
});

test("zooming leaves in place what is under the pointer", () => {
  const zoomed = camera();
  const before = zoomed.project(0.5, 0.25, 0);
  zoomed.zoomAt(before[0], before[1], 3);
  const after = zoomed.project(0.5, 0.25, 0);
  near(after[0], before[0]);
  near(after[1], before[1]);
  near(zoomed.zoom, 3);
});

test("panning moves the picture by as many pixels", () => {
  const panned = camera();
  panned.pan(30, -20);
  const [x, y] = panned.project(0, 0, 0);
  near(x, 430);
  near(y, 280);
});

test("the graphics card's matrix and the processor's projection agree", () => {
  const one = camera(3);
  one.orbit(120, -45);
  one.pan(33, 12);
  one.zoomAt(200, 100, 1.7);
  const m = one.matrix();
  for (const [x, y, z] of [[0.2, -0.7, 0.4], [-1, 1, -1]] as Vector[]) {
    const clip = [0, 1, 2, 3].map((row) => m[row]! * x + m[4 + row]! * y + m[8 + row]! * z + m[12 + row]!);
    const [sx, sy, depth] = one.project(x, y, z);
    near((clip[0]! / clip[3]! + 1) * 400, sx, 1e-4);
    near((1 - clip[1]! / clip[3]!) * 300, sy, 1e-4);
    near(clip[3]!, depth);
  }
});

test("a way between two cameras begins and ends there, and its rotations turn only", () => {
  const from = camera().state;
  const to = { target: [1, 0, 0] as Vector, distance: 2, rotation: turned(ASLANT, 0, 0.8) };
  assert.deepEqual(between(from, to, 1), to);
  near(between(from, to, 0).distance, from.distance);
  const { rotation } = between(from, to, 0.4);
  for (const row of rotation) near(Math.hypot(...row), 1);
  near(rotation[0][0] * rotation[1][0] + rotation[0][1] * rotation[1][1] + rotation[0][2] * rotation[1][2], 0);
});

test("the point nearest to the pointer is picked, within reach and if it is visible", () => {
  const one = camera();
  const [x, y] = one.project(0.5, 0, 0);
  assert.equal(pickPoint(POINTS, one, [x + 3, y - 2], 8, () => true), 3);
  assert.equal(pickPoint(POINTS, one, [x + 9, y], 8, () => true), null);
  assert.equal(pickPoint(POINTS, one, [x, y], 8, (row) => row !== 3), null);
});

test("of two points in one line the nearer to the viewer is picked", () => {
  const one = camera(3);
  one.rotation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  one.target = [0, 0, 0];
  assert.equal(pickPoint(Float32Array.of(0, 0, -0.5, 0, 0, 0.5), one, [400, 300], 5, () => true), 1);
});

test("a lasso holds what is inside, also where it is bent", () => {
  const bent: [number, number][] = [[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]];
  assert.ok(isInside(1, 5, bent));
  assert.ok(!isInside(5, 8, bent));
  assert.ok(!isInside(-1, 5, bent));
  const one = camera();
  const around: [number, number][] = [[300, 200], [700, 200], [700, 400], [300, 400]];
  assert.deepEqual(pointsInside(POINTS, one, around, () => true), [2, 3]);
  assert.deepEqual(pointsInside(POINTS, one, around, (row) => row !== 2), [3]);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Camera } from "../src/camera.ts";
import { Cameras } from "../src/cameras.ts";
import { Motion } from "../src/motion.ts";
import { normalized, type PointsPart } from "../src/parts.ts";
import { Viewpoint } from "../src/viewpoint.ts";

const store = new Map<string, string>();
Object.assign(globalThis, {
  matchMedia: () => ({ matches: false }),
  window: globalThis,
  sessionStorage: {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
  },
});
beforeEach(() => store.clear());

const part = (id: string, raw: number[], dimensions = 2): PointsPart => ({
  kind: "points",
  id,
  ...normalized(Float32Array.from(raw), dimensions),
});
const FLAT = part("flat", [0, 0, 2, 0, 2, 2, 0, 2]);
const TURNED = part("turned", [2, 0, 2, 2, 0, 2, 0, 0]);
const SPACE = part("space", [0, 0, 0, 2, 0, 0, 2, 2, 2, 0, 2, 2], 3);

function looking(): { camera: Camera; motion: Motion; viewpoint: Viewpoint } {
  const camera = new Camera();
  camera.resize(800, 600);
  const motion = new Motion(camera);
  return { camera, motion, viewpoint: new Viewpoint(camera, motion, new Cameras(), () => null) };
}

test("points travel from the old places to the new, and the same row is followed", () => {
  const { motion, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  viewpoint.open("b", TURNED, true);
  assert.deepEqual(motion.advance(1_000), { moved: true, arrived: false });
  assert.deepEqual([...motion.at(0)], [-1, -1, 0]);
  motion.advance(1_350);
  assert.deepEqual([...motion.at(0)], [0, -1, 0]);
  assert.deepEqual(motion.advance(1_700), { moved: true, arrived: true });
  assert.deepEqual([...motion.at(0)], [1, -1, 0]);
  assert.deepEqual(motion.advance(1_800), { moved: false, arrived: false });
});

test("a browser that draws a frame a second shows points on their way", () => {
  const { motion, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  viewpoint.open("b", TURNED, true);
  motion.advance(1_000);
  motion.advance(2_000);
  assert.ok(motion.share > 0 && motion.share < 1);
  assert.equal(motion.advance(3_000).arrived, true);
});

test("a hand on the camera takes it out of its flight, and the points arrive all the same", () => {
  const { camera, motion, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  viewpoint.open("b", SPACE, true);
  motion.advance(1_000);
  motion.advance(1_300);
  viewpoint.move(() => camera.pan(10, 0));
  const held = camera.state;
  assert.equal(motion.advance(1_700).arrived, true);
  assert.deepEqual(camera.state, held);
  assert.equal(motion.depth, 1);
});

test("who asks for another picture on the way goes there from where the points are", () => {
  const { motion, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  viewpoint.open("b", TURNED, true);
  motion.advance(1_000);
  motion.advance(1_350);
  viewpoint.open("a", FLAT, true);
  motion.advance(2_000);
  assert.deepEqual([...motion.at(0)], [0, -1, 0]);
});

test("each picture keeps its camera, also through a reload of the page", () => {
  const before = looking();
  before.viewpoint.open("a", FLAT, false);
  before.viewpoint.move(() => before.camera.zoomAt(100, 100, 3));
  const left = before.camera.state;
  before.viewpoint.open("b", TURNED, false);
  assert.notDeepEqual(before.camera.state, left);
  const { camera, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  assert.deepEqual(camera.state, left);
});

test("who shows all again is shown all after a reload, whatever the window's size", () => {
  const before = looking();
  before.viewpoint.open("a", FLAT, false);
  before.viewpoint.move(() => before.camera.pan(40, 0));
  before.viewpoint.fit();
  before.viewpoint.keep();
  const { camera, viewpoint } = looking();
  viewpoint.open("a", FLAT, false);
  viewpoint.resize(500, 700);
  assert.deepEqual(camera.state, camera.fitting(FLAT.half, 2));
});

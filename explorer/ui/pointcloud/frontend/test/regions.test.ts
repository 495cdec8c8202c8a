import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../src/camera.ts";
import { overlap, Sheet } from "../src/labels.ts";
import type { PointsPart } from "../src/parts.ts";
import { levelAt, type Region, Regions, toldOf } from "../src/regions.ts";

const points = { center: [10, 10, 0], scale: 0.1 } as unknown as PointsPart;
const ink = { text: "#000000", quiet: "#555555", grid: "#cccccc", ground: "#ffffff", chosen: "#0000ff" };
const region = (level: number, x: number, name: string): Region => ({ at: [x, 10], level, name, examples: ["one", "two"], size: 1_234 });
const all = [region(0, 10, "sea, ship"), region(0, 10.1, "stars"), region(1, 10, "anchor"), region(2, 10, "knot")];

function written(zoom: number): { regions: Regions; texts: string[] } {
  const camera = new Camera();
  camera.resize(800, 600);
  camera.state = camera.fitting([1, 1, 0], 2);
  camera.zoomAt(400, 300, zoom);
  const regions = new Regions();
  const shapes = regions.write(all, points, camera, ink, 760, (text) => 7 * text.length, new Sheet());
  return { regions, texts: shapes.map((shape) => (shape as { text: string }).text) };
}

test("the closer one looks, the finer the regions that are named", () => {
  assert.deepEqual([1, 2.5, 8].map(levelAt), [0, 1, 2]);
  assert.deepEqual(written(1).texts, ["sea, ship", "stars"]);
  assert.deepEqual(written(2.5).texts, ["anchor"]);
  assert.deepEqual(written(8).texts, ["knot"]);
});

test("two names at one place stand beside each other, and each can be pointed at", () => {
  const { regions } = written(1);
  const [sea, stars] = regions.named;
  assert.ok(!overlap(sea!, stars!));
  assert.equal(regions.under([sea!.x + 2, sea!.y + 2])?.name, "sea, ship");
  assert.equal(regions.under([5, 5]), null);
  assert.deepEqual(toldOf(sea!), [["points", "1,234"], ["such as", "one"], ["", "two"]]);
});

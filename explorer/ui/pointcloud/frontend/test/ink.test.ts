import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../src/camera.ts";
import { type Drawing, inked } from "../src/ink.ts";
import { overlap } from "../src/labels.ts";
import { Regions } from "../src/regions.ts";
import type { Letters, Shape } from "../src/shapes.ts";
import type { Arrow, View } from "../src/view.ts";

const INK = { text: "#000000", quiet: "#777777", grid: "#cccccc", ground: "#ffffff", chosen: "#d55e00" };
const N = 60;
const NONE = new Uint32Array();
const wide = (text: string): number => 7 * text.length;

function drawing(view: Partial<View>, more: Partial<Drawing> = {}): Drawing {
  const camera = new Camera();
  camera.resize(800, 600);
  camera.state = camera.fitting([1, 1, 0], 2);
  const shown = { lines: true, arrows: [], axes: null, hits: NONE, lost: NONE, order: null, selected: null, color: null, regions: [] };
  return {
    camera,
    view: { ...shown, ...view } as unknown as View,
    ink: INK,
    points: { kind: "points", id: "p", dimensions: 2, positions: new Float32Array(3 * N), center: [0, 0, 0], scale: 1, half: [1, 1, 0] },
    depth: 0,
    at: (row) => [Math.sin(row * 12.9), Math.cos(row * 78.2), 0],
    isVisible: () => true,
    isShown: () => true,
    textOf: (row) => `word ${row}`,
    widthOf: wide,
    selected: [],
    neighbors: NONE,
    clusters: [],
    kept: null,
    size: 5,
    pictured: new Set(),
    pictureRadius: 0,
    regions: new Regions(),
    reserved: { x: 760, y: 0, width: 40, height: 200 },
    key: { x: 0, y: 500, width: 0, height: 0 },
    ...more,
  };
}

const letters = (shapes: readonly Shape[]): Letters[] => shapes.flatMap((one) => (one.kind === "text" ? [one] : []));
const arrow = (start: number[], end: number[], label = ""): Arrow => ({ label, color: null, rows: [-1, -1], start, end });

test("of many hits the first are named, which are the best", () => {
  const hits = Uint32Array.from({ length: 40 }, (_, index) => N - 1 - index);
  const rows = inked(drawing({ hits })).labels.map(({ row }) => row);
  assert.deepEqual(rows, [...hits.subarray(0, 12)]);
});

test("each of a few selected points is named, of many only some", () => {
  const at = (row: number): [number, number, number] => [(row % 8) / 4 - 0.9, row / N - 0.5, 0];
  const named = (count: number): number => inked(drawing({}, { at, selected: [...Array(count).keys()] })).labels.length;
  assert.equal(named(20), 20);
  assert.equal(named(50), 12);
});

test("no label stands on an axis' name", () => {
  const at = (row: number): [number, number, number] => [row / N - 0.5, -1.02, 0];
  const { shapes, labels } = inked(drawing({ axes: ["across the picture", "up"] }, { at }));
  const [across] = letters(shapes);
  const name = { x: 400 - wide(across!.text) / 2, y: across!.y - 8, width: wide(across!.text), height: 16 };
  assert.ok(labels.length > 0);
  assert.ok(labels.every((label) => !overlap(label, name)));
});

test("an arrow's label stands beside it, however it points", () => {
  for (const end of [[0, 0.9, 0], [0.9, 0, 0], [0.6, 0.6, 0], [-0.3, 0.9, 0]]) {
    const label = "a long sentence that has landed";
    const { shapes } = inked(drawing({ arrows: [arrow([0, -0.9, 0], end, label)] }));
    const [shaft] = shapes.flatMap((one) => (one.kind === "stroke" ? [one.points] : []));
    const text = letters(shapes).find((one) => one.text === label)!;
    const box = { x: text.x - wide(label) / 2, y: text.y - 8, width: wide(label), height: 16 };
    for (let share = 0; share <= 1; share += 0.02) {
      const [x, y] = [0, 1].map((axis) => shaft![0]![axis]! * (1 - share) + shaft![1]![axis]! * share);
      assert.ok(!overlap(box, { x: x!, y: y!, width: 0.1, height: 0.1 }), `${end.join(" ")} ${share}`);
    }
  }
});

test("no word stands on an arrow", () => {
  const at = (row: number): [number, number, number] => [0, row / N - 0.5, 0];
  const hits = Uint32Array.of(0, 10, 20, 30, 40, 50);
  const { labels } = inked(drawing({ hits, arrows: [arrow([0, -0.9, 0], [0, 0.9, 0])] }, { at }));
  assert.ok(labels.length === 6);
  assert.ok(labels.every(({ x, width }) => x > 400 || x + width < 400));
});

test("lines lead to the neighbors, those to lost ones in a color of their own", () => {
  const neighbors = Uint32Array.of(3, 4, 5);
  const { shapes } = inked(drawing({ selected: 1, lost: Uint32Array.of(4) }, { selected: [1], neighbors }));
  const colors = shapes.flatMap((one) => (one.kind === "stroke" && one.width === 1.5 ? [one.color] : []));
  assert.deepEqual(colors, [INK.text, INK.chosen, INK.text]);
});

test("cluster names that would meet make way for each other", () => {
  const clusters = ["one", "two", "three"].map((name, code) => ({ name, code, center: [0, 0, 0] as [number, number, number] }));
  const names = letters(inked(drawing({}, { clusters })).shapes).filter(({ text }) => ["one", "two", "three"].includes(text));
  assert.equal(new Set(names.map(({ y }) => y)).size, 3);
});

test("a cluster's name is whole, however near the edge or the buttons its points are", () => {
  const centers = [[0, 1.05, 0], [0, -1.05, 0], [1.3, 0.95, 0], [-1.3, 0, 0]] as [number, number, number][];
  const clusters = centers.map((center, code) => ({ name: `woman ${code}`, code, center }));
  const one = drawing({}, { clusters });
  const names = letters(inked(one).shapes).filter(({ text }) => text.startsWith("woman"));
  assert.equal(names.length, 4);
  for (const { x, y, text, size } of names) {
    const [width, height] = [(wide(text) * size) / 13, 1.2 * size];
    const box = { x: x - width / 2, y: y - height / 2, width, height };
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + width <= 800 && box.y + height <= 600, text);
    assert.ok(!overlap(box, one.reserved), text);
  }
});

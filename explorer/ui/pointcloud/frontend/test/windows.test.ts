import assert from "node:assert/strict";
import { test } from "node:test";

import { shareOf, shownEnd, valueAt } from "../src/chart.ts";
import { BLOCK, Scroll, Windows } from "../src/windows.ts";

const lines = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at);

test("only lines that are not here are asked for, in whole blocks", () => {
  const windows = new Windows<number>();
  windows.put(0, lines(0, 2 * BLOCK));
  assert.equal(windows.lacking(10, 150), null);
  assert.deepEqual(windows.lacking(190, 230), { first: 200, count: 100 });
  assert.deepEqual(windows.lacking(450, 610), { first: 400, count: 300 });
  assert.equal(windows.get(150), 150);
  assert.equal(windows.get(250), undefined);
});

test("blocks that came first are forgotten first", () => {
  const windows = new Windows<number>(2);
  for (const first of [0, 100, 200]) windows.put(first, lines(first, BLOCK));
  assert.deepEqual([windows.get(5), windows.get(105), windows.get(205)], [undefined, 105, 205]);
});

test("a million lines are all reached in an element of bounded height", () => {
  const scroll = new Scroll(1_000_000, 30, 360, 8_000_000);
  assert.equal(scroll.height, 8_000_000);
  assert.equal(scroll.lineAt(0), 0);
  assert.equal(scroll.lineAt(8_000_000 - 360), 1_000_000 - 12);
  const line = scroll.lineAt(scroll.topOf(700_000));
  assert.ok(line <= 700_000 && 700_000 < line + 12, `${line}`);
});

test("a short table has its own height", () => {
  const scroll = new Scroll(5, 30, 360, 8_000_000);
  assert.deepEqual([scroll.height, scroll.lineAt(0), scroll.topOf(3)], [150, 0, 0]);
});

test("bars are equally wide where months are not equally long", () => {
  const edges = [0, 31, 59, 90];
  assert.equal(valueAt(edges, 0.5), 45);
  assert.equal(shareOf(edges, 45), 0.5);
  assert.deepEqual([shareOf(edges, -5), shareOf(edges, 500)], [0, 1]);
});

test("the ends of an axis are short", () => {
  const noon = Date.UTC(2024, 0, 2, 12) * 1000;
  assert.deepEqual(
    [shownEnd(0, "number"), shownEnd(2.5e9, "number"), shownEnd(noon, "time"), shownEnd(noon, "date")],
    ["0", "2.5e+9", "2024-01-02 12:00", "2024-01-02"],
  );
});

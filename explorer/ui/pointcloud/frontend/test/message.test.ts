import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readMessage } from "../src/message.ts";
import { normalized, shownNumber, textOf, toPart } from "../src/parts.ts";

// tests/mapdata/test_message.py holds that Python writes exactly these bytes
const PYTHONS = new Uint8Array(readFileSync("test/message.bin"));

test("what Python wrote is read, wherever it lies in memory", () => {
  for (const shift of [0, 1, 3]) {
    const memory = new Uint8Array(PYTHONS.length + shift);
    memory.set(PYTHONS, shift);
    const { header, arrays } = readMessage(memory.subarray(shift));
    assert.deepEqual(header, { kind: "view", name: "köнig 👑", n: 3 });
    assert.deepEqual([...arrays["coordinates"]!], [0.5, -1, 2, 3.25, 1e-3, 7].map(Math.fround));
    assert.deepEqual([...arrays["rows"]!], [0, 4_294_967_295]);
    assert.deepEqual([...arrays["codes"]!], [1, 65_535, 2]);
    assert.deepEqual([...arrays["bytes"]!], [7, 8, 9]);
    assert.deepEqual([...arrays["none"]!], []);
  }
});

test("other bytes are refused", () => {
  assert.throws(() => readMessage(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), /no point cloud message/);
  assert.throws(() => readMessage(PYTHONS.subarray(0, PYTHONS.length - 9)), /ends before its array/);
});

test("texts are cut out of their bytes", () => {
  const utf8 = new TextEncoder().encode("königqueen");
  const part = toPart({ header: { kind: "texts", id: "t", column: "label" }, arrays: { utf8, ends: Uint32Array.of(6, 6, 11) } });
  assert.equal(part.kind, "texts");
  if (part.kind === "texts") assert.deepEqual([0, 1, 2].map((row) => textOf(part, row)), ["könig", "", "queen"]);
});

test("coordinates keep their proportions", () => {
  const raw = Float32Array.of(10, 0, 20, 1, 14, 4);
  const { positions, half } = normalized(raw, 2);
  assert.deepEqual([...positions].map((one) => Math.round(one * 1e6) / 1e6), [-1, -0.4, 0, 1, -0.2, 0, -0.2, 0.4, 0]);
  assert.deepEqual(half.map((one) => Math.round(one * 1e6) / 1e6), [1, 0.4, 0]);
});

test("a saved page's coordinates are steps from their lowest", () => {
  const arrays = { coordinates: Uint16Array.of(0, 0, 65_535, 65_535, 0, 32_768) };
  const part = toPart({ header: { kind: "points", id: "p", dimensions: 2, low: [-4, 3], step: 2 / 65_535 }, arrays });
  assert.ok(part.kind === "points");
  assert.deepEqual([part.center, part.scale].flat().map((one) => Math.round(one * 1e4) / 1e4), [-3, 4, 0, 1]);
  assert.ok(Math.abs(part.positions[7]!) < 1e-4);
});

test("numbers are shown as people read them", () => {
  assert.deepEqual([1847, 1926.4, 123_456, 0.123456, -3, NaN].map(shownNumber), ["1847", "1926", "123,456", "0.1235", "−3", "—"]);
});

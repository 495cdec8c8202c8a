import assert from "node:assert/strict";
import { test } from "node:test";

import { categoryPalette, scalePalette, scaleShades } from "../src/colors.ts";
import { base64 } from "../src/save.ts";
import { escaped, toSvg } from "../src/shapes.ts";

test("a label in a drawing is text and nothing else", () => {
  const text = '<img src=x onerror="alert(1)">&\u0007\ud800';
  const drawn = toSvg([
    { kind: "text", x: 1, y: 2, text, size: 13, weight: 400, color: "#000000", halo: null, alpha: 1, align: "left" },
  ]);
  assert.ok(drawn.includes(">&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;\ufffd\ufffd</text>"));
  assert.equal(escaped("👑"), "👑");
});

test("base64 is what the browser's own reader reads", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
  assert.deepEqual(Uint8Array.from(atob(base64(bytes)), (letter) => letter.charCodeAt(0)), bytes);
});

test("a category that is switched off is transparent", () => {
  assert.deepEqual([...categoryPalette(["#ff0000", "#00ff80"], new Set([1]))], [255, 0, 0, 255, 0, 255, 128, 0]);
});

test("a scale begins and ends with its colors, and what is no number is gray", () => {
  const palette = scalePalette(["#000000", "#ff0000"]);
  const values = Float32Array.of(-5, 0, 5, 10, 99, NaN);
  const shades = scaleShades({ kind: "numbers", id: "", column: "", values }, { part: "", title: "", colors: [], low: 0, high: 10 });
  assert.deepEqual([...shades], [0, 0, 127, 254, 254, 255]);
  assert.deepEqual([...shades].map((shade) => palette[4 * shade]), [0, 0, 128, 255, 255, 153]);
});

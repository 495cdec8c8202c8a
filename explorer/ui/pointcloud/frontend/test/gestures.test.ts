import assert from "node:assert/strict";
import { test } from "node:test";

import { listen, type Listener } from "../src/gestures.ts";
import type { Mode } from "../src/tools.ts";

/** A stage without a browser, and what was heard on it. */
function stage(mode: Mode, isAwake = true): { send: (kind: string, id: number, x: number, y: number) => void; heard: string[]; dispatch: (event: Event) => void } {
  const heard: string[] = [];
  const target = Object.assign(new EventTarget(), {
    classList: { add: () => undefined, remove: () => undefined },
    getBoundingClientRect: () => ({ left: 0, top: 0, width: 400, height: 300 }),
    setPointerCapture: () => undefined,
  });
  const named = (name: string) => (): void => void heard.push(name);
  const listener: Listener = {
    mode: () => mode,
    inSpace: () => false,
    pan: named("pan"),
    orbit: named("orbit"),
    zoomAt: named("zoom"),
    fit: named("fit"),
    hover: () => undefined,
    choose: named("choose"),
    surround: (polygon, isDone) => void heard.push(isDone ? `done ${polygon.length}` : "draw"),
    chooseCenter: named("center"),
    clear: named("clear"),
    settle: named("settle"),
    isAwake: () => isAwake,
  };
  listen(target as unknown as HTMLElement, listener);
  const send = (kind: string, id: number, x: number, y: number): void => {
    const details = { pointerId: id, isPrimary: id === 1, pointerType: "touch", button: 0, ctrlKey: false, metaKey: false, clientX: x, clientY: y };
    target.dispatchEvent(Object.assign(new Event(kind), details));
  };
  return { send, heard, dispatch: (event) => void target.dispatchEvent(event) };
}

function draw(send: ReturnType<typeof stage>["send"]): void {
  send("pointerdown", 1, 50, 50);
  send("pointermove", 1, 150, 50);
  send("pointermove", 1, 150, 150);
}

test("a lasso that is drawn to its end selects", () => {
  const { send, heard } = stage("lasso");
  draw(send);
  send("pointerup", 1, 150, 150);
  assert.deepEqual(heard, ["draw", "draw", "done 3"]);
  send("lostpointercapture", 1, 150, 150); // follows every pointerup
  assert.equal(heard.length, 3);
});

test("a second finger takes the lasso back: two fingers zoom and select nothing", () => {
  const { send, heard } = stage("lasso");
  draw(send);
  send("pointerdown", 2, 250, 150);
  assert.deepEqual(heard.slice(2), ["done 0"]);
  send("pointermove", 2, 300, 150);
  assert.deepEqual(heard.slice(3), ["pan", "zoom"]);
  send("pointerup", 2, 300, 150);
  send("pointermove", 1, 100, 100);
  send("pointerup", 1, 100, 100);
  assert.deepEqual(heard.slice(5), ["settle"]);
});

for (const kind of ["pointercancel", "lostpointercapture"]) {
  test(`${kind} takes the outline away and selects nothing`, () => {
    const { send, heard } = stage("box");
    draw(send);
    send(kind, 1, 150, 150);
    assert.deepEqual(heard.slice(2), ["settle", "done 0"]);
    send("pointermove", 1, 200, 200);
    assert.equal(heard.length, 4);
  });
}

test("a finger that left without a word is not taken for the first of two", () => {
  const { send, heard } = stage("move");
  draw(send);
  heard.length = 0;
  send("pointerdown", 1, 50, 50);
  send("pointerup", 1, 50, 50);
  assert.deepEqual(heard, ["choose"]);
  send("pointerdown", 3, 50, 50);
  send("pointerdown", 1, 90, 90);
  send("pointermove", 1, 150, 90);
  assert.deepEqual(heard.slice(1), ["pan"]);
});

test("on a map that sleeps one finger scrolls the page, a tap chooses, two fingers move the map", () => {
  const { send, heard } = stage("move", false);
  draw(send);
  send("pointerup", 1, 150, 150);
  assert.deepEqual(heard, []);
  send("pointerdown", 1, 50, 50);
  send("pointerup", 1, 52, 50);
  assert.deepEqual(heard, ["choose"]);
  send("pointerdown", 1, 50, 50);
  send("pointerdown", 2, 90, 50);
  send("pointermove", 2, 150, 50);
  assert.deepEqual(heard.slice(1), ["pan", "zoom"]);
});

for (const isAwake of [true, false]) {
  test(`the wheel over a map that ${isAwake ? "is awake zooms" : "sleeps scrolls the page"}`, () => {
    const target = stage("move", isAwake);
    const wheel = Object.assign(new Event("wheel", { cancelable: true }), { deltaY: 100, deltaMode: 0, ctrlKey: false, clientX: 9, clientY: 9 });
    target.dispatch(wheel);
    assert.deepEqual(target.heard, isAwake ? ["zoom"] : []);
    assert.equal(wheel.defaultPrevented, isAwake);
  });
}

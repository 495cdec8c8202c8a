/** Mouse, touch, pen and keyboard, told as what they mean. */

import type { Place } from "./pick.ts";
import type { Mode } from "./tools.ts";

export interface Listener {
  mode(): Mode;
  inSpace(): boolean;
  pan(dx: number, dy: number): void;
  orbit(dx: number, dy: number): void;
  zoomAt(x: number, y: number, factor: number): void;
  fit(): void;
  hover(place: Place | null): void;
  /** A click or a tap. */
  choose(place: Place, adds: boolean): void;
  /** A lasso or a box, while it is drawn and when it is done. */
  surround(polygon: Place[], isDone: boolean, adds: boolean): void;
  chooseCenter(adds: boolean): void;
  clear(): void;
  settle(): void;
  /** Whether the wheel and one finger are the map's: else they scroll the page. */
  isAwake(): boolean;
}

const SLACK = { mouse: 3, pen: 6, touch: 10 } as const; // pixels that still make a click
const STEP = 60; // pixels an arrow key moves

export function listen(stage: HTMLElement, to: Listener): void {
  const pointers = new Map<number, Place>();
  const sleeps = (event: PointerEvent): boolean => event.pointerType === "touch" && pointers.size < 2 && !to.isAwake();
  let start: Place | null = null;
  let path: Place[] = [];
  let isDrag = false;
  let turnsInstead = false;

  /** Give up the drag: nothing is chosen by it, and its outline goes. */
  const abandon = (): void => {
    if (isDrag && to.mode() !== "move") to.surround([], true, false);
    stage.classList.remove("dragging");
    start = null;
    isDrag = false;
  };

  const placeOf = (event: MouseEvent): Place => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button > 2) return;
    const place = placeOf(event);
    if (event.isPrimary) {
      // any pointer still listed left without a word, as when its map went away during a drag
      pointers.clear();
      abandon();
    }
    try {
      stage.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that a script made up cannot be captured, and need not be
    }
    pointers.set(event.pointerId, place);
    if (pointers.size === 1) {
      start = place;
      path = [place];
      turnsInstead = event.button === 2 || event.ctrlKey || event.metaKey;
    } else {
      abandon(); // two fingers neither click nor select
    }
  });

  stage.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") to.hover(place);
      return;
    }
    pointers.set(event.pointerId, place);
    if (pointers.size === 2) {
      const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)![1];
      pinch(other, before, place);
      return;
    }
    if (pointers.size > 2 || !start) return;
    if (sleeps(event)) return; // one finger scrolls the page until the map is tapped
    const slack = SLACK[event.pointerType as keyof typeof SLACK] ?? 3;
    if (!isDrag && Math.hypot(place[0] - start[0], place[1] - start[1]) <= slack) return;
    const from = isDrag ? before : start;
    isDrag = true;
    to.hover(null);
    stage.classList.add("dragging");
    if (to.mode() !== "move") {
      path = to.mode() === "lasso" ? [...path, place] : boxed(start, place);
      to.surround(path, false, event.shiftKey);
    } else if (to.inSpace() !== turnsInstead) {
      to.orbit(place[0] - from[0], place[1] - from[1]);
    } else {
      to.pan(place[0] - from[0], place[1] - from[1]);
    }
  });

  const pinch = (other: Place, before: Place, now: Place): void => {
    const middle: Place = [(other[0] + now[0]) / 2, (other[1] + now[1]) / 2];
    to.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    const spread = Math.hypot(now[0] - other[0], now[1] - other[1]);
    const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
    if (was > 0 && spread > 0) to.zoomAt(middle[0], middle[1], spread / was);
  };

  const isTap = (event: PointerEvent): boolean => {
    const [x, y] = placeOf(event);
    const slack = SLACK[event.pointerType as keyof typeof SLACK] ?? 3;
    return Math.hypot(x - start![0], y - start![1]) <= slack;
  };

  const end = (event: PointerEvent, isCancelled: boolean): void => {
    if (!pointers.delete(event.pointerId) || pointers.size) return;
    if (!isCancelled && isDrag && to.mode() !== "move") {
      isDrag = false;
      to.surround(path, true, event.shiftKey);
    } else if (isDrag || !start) to.settle();
    else if (!isCancelled && event.button === 0 && isTap(event)) {
      stage.focus?.({ preventScroll: true });
      to.choose(placeOf(event), event.shiftKey);
    }
    abandon();
  };
  stage.addEventListener("pointerup", (event) => end(event, false));
  // the system takes a pointer away: a call comes in, the pen leaves, another window is in front
  stage.addEventListener("pointercancel", (event) => end(event, true));
  stage.addEventListener("lostpointercapture", (event) => end(event, true));
  stage.addEventListener("pointerleave", () => to.hover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("dblclick", () => to.fit());

  stage.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !to.isAwake()) return; // who scrolls the page passes over the map
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      const amount = Math.min(Math.max(event.deltaY * unit, -300), 300);
      to.zoomAt(...placeOf(event), Math.exp(-amount * (event.ctrlKey ? 0.008 : 0.0022)));
    },
    { passive: false },
  );

  // two fingers are the map's always; the browser must not scroll with them
  const keepTwo = (event: TouchEvent): void => {
    if (event.touches.length > 1 && event.cancelable) event.preventDefault();
  };
  for (const kind of ["touchstart", "touchmove"] as const) stage.addEventListener(kind, keepTwo, { passive: false });

  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== stage) return;
    const box = stage.getBoundingClientRect();
    const move = (dx: number, dy: number): void => {
      if (to.inSpace() && !event.shiftKey) to.orbit(dx, dy);
      else to.pan(dx, dy);
    };
    const deeds: Record<string, () => void> = {
      ArrowLeft: () => move(STEP, 0),
      ArrowRight: () => move(-STEP, 0),
      ArrowUp: () => move(0, STEP),
      ArrowDown: () => move(0, -STEP),
      "+": () => to.zoomAt(box.width / 2, box.height / 2, 1.3),
      "=": () => to.zoomAt(box.width / 2, box.height / 2, 1.3),
      "-": () => to.zoomAt(box.width / 2, box.height / 2, 1 / 1.3),
      "0": () => to.fit(),
      Home: () => to.fit(),
      Enter: () => to.chooseCenter(event.shiftKey),
      Escape: () => to.clear(),
    };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
    to.settle();
  });
}

function boxed([x0, y0]: Place, [x1, y1]: Place): Place[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

/** The map: puts parts, camera, points, names and gestures together. */

import { between, Camera, type CameraState, type Vector } from "./camera.ts";
import { categoryPalette, rgb, scalePalette, scaleShades, shares } from "./colors.ts";
import { Flat } from "./flat.ts";
import { listen } from "./gestures.ts";
import { type Cluster, clustersOf, type Drawing, inked, shortened } from "./ink.ts";
import type { Box, Label } from "./labels.ts";
import { Legend } from "./legend.ts";
import type { Marking, Painter, Style } from "./painter.ts";
import { type Part, type Parts, type PointsPart, shownNumber, shownValue } from "./parts.ts";
import { pickPoint, type Place, pointsInside } from "./pick.ts";
import { savePage, savePng, saveSvg, type Seen } from "./save.ts";
import { Scene } from "./scene.ts";
import { paint, type Shape } from "./shapes.ts";
import styles from "./styles.css";
import { Tip } from "./tip.ts";
import { type Mode, type SaveAs, Tools } from "./tools.ts";
import { partsOf, type View } from "./view.ts";

export interface Choice {
  rows: number[];
  /** When: Python tells by it which choice it has heard of. */
  at: number;
  /** The labels' id: rows of another space are others. */
  of: string;
}

const MOVING = 700; // milliseconds that points take to their new places
const FADED = 0.35; // of the opacity, for points that do not stand out
const SMOOTH = 40; // milliseconds a frame may take while all moves; fewer points are drawn before it takes longer
const FIRST_DRAWN = 150_000; // points, of more than that, when they begin to move: more if that is fast
const LEAST_DETAIL = 0.02;
const PATIENCE = 5_000; // milliseconds that a choice waits for Python's answer
const REST = 180; // milliseconds without a move, after which all points are drawn
const LABEL_LENGTH = 28;
const TEXTS_KEPT = 20_000;
const TURN = 0.25; // pixels a millisecond of turning by itself
const WIDE_KEY = 480;
const LEAST_HEIGHT = [380, 0.6] as const; // pixels, and of the window
const BELOW = 24; // pixels left free below the map and its key

const NO_ROWS = new Uint32Array();

export class Cloud {
  readonly element = div("cloud");
  /** Drawings since the beginning: for those who measure. */
  frames = 0;

  private readonly stage = div("stage");
  private readonly inkCanvas = document.createElement("canvas");
  private readonly context = this.inkCanvas.getContext("2d")!;
  private readonly tip = new Tip();
  private readonly said = div("hidden");
  private readonly notice = div("notice");
  private readonly legend = new Legend((code, alone) => this.toggle(code, alone));
  private readonly tools: Tools;
  private readonly observer: ResizeObserver;
  private readonly camera = new Camera();
  private readonly cameras = new Map<string, CameraState>();
  private readonly texts = new Map<number, string>();
  private readonly widths = new Map<string, number>();
  private readonly reduced = matchMedia("(prefers-reduced-motion: reduce)");
  private painter: Painter;
  private family = "sans-serif";

  private view: View | null = null;
  private bytes: Uint8Array = new Uint8Array();
  private points: PointsPart | null = null;
  private before: Float32Array | null = null;
  private shades: Uint8Array | Uint16Array = new Uint8Array();
  private palette: Uint8Array = new Uint8Array();
  private colored = "";
  private hidden = new Set<number>();
  private clusters: Cluster[] = [];
  private marking: Marking = { positions: new Float32Array(), shapes: new Uint8Array(), sizes: new Float32Array() };
  private selected: number[] = [];
  private neighbors: Uint32Array = NO_ROWS;
  private chosenAt = 0;
  private labelsId = "";

  private height = 480;
  private mode: Mode = "move";
  private isTurning = false;
  private isHome = true;
  private depth = 0;
  private motion: { began: number; from: CameraState; to: CameraState; depth: number; lasts: number } | null = null;
  private share = 1;
  private outline: Place[] = [];
  private hovered: number | null = null;
  private shapes: Shape[] = [];
  private labels: Label[] = [];
  private scratch: Vector = [0, 0, 0];

  private isAsked = false;
  private mustDraw = false;
  private mustInk = false;
  private lastFrame = 0;
  private detail = 1;
  private wasLively = false;
  private livelyUntil = 0;
  private rest = 0;

  constructor(
    private readonly parts: Parts,
    private readonly tell: (choice: Choice) => void,
  ) {
    const style = document.createElement("style");
    style.textContent = styles;
    this.tools = new Tools({
      zoom: (factor) => this.moved(() => this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor)),
      fit: () => this.fit(),
      setMode: (mode) => this.setMode(mode),
      setTurning: (on) => {
        this.isTurning = on;
        this.ask();
      },
      save: (what) => void this.save(what),
    });
    this.notice.hidden = true;
    this.notice.setAttribute("role", "status");
    this.said.setAttribute("aria-live", "polite");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.stage.setAttribute("aria-roledescription", "map of points");
    this.painter = this.newPainter();
    this.stage.append(this.painter.canvas, this.inkCanvas, this.notice, this.tools.element, this.tip.element);
    this.element.append(style, this.stage, this.legend.element, this.said);
    this.element.dataset["state"] = "waiting";
    this.listenToGestures();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.stage);
    window.addEventListener("resize", this.fill);
    this.parts.onPut(this.compose);
  }

  /** Show a view, as soon as its parts are there. */
  update(view: View, bytes: Uint8Array): void {
    this.view = view;
    this.bytes = bytes;
    this.compose();
  }

  /** Take the height that the window leaves, so that the key stays in sight. */
  readonly fill = (): void => {
    if (!this.element.isConnected) return;
    const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
    const top = this.stage.getBoundingClientRect().top + scrolled;
    const key = this.legend.element.offsetHeight || 30;
    const [least, share] = LEAST_HEIGHT;
    this.height = Math.round(Math.max(least, share * window.innerHeight, window.innerHeight - top - key - BELOW));
    this.stage.style.height = `${this.view?.height ?? this.height}px`;
  };

  /** Come to another page: what it selects counts, and no answer to an older choice is awaited. */
  arrive(): void {
    this.chosenAt = 0;
  }

  /** A saved page cannot save itself again as a page. */
  standAlone(): void {
    this.tools.forget("html");
  }

  needs(id: string): boolean {
    if (!this.view) return false;
    const { needed, wanted } = partsOf(this.view);
    return needed.includes(id) || wanted.includes(id);
  }

  dispose(): void {
    this.parts.offPut(this.compose);
    this.observer.disconnect();
    window.removeEventListener("resize", this.fill);
    this.painter.dispose();
    this.element.remove();
    this.view = null;
  }

  /** Where a row is in the browser's window. */
  placeOf(row: number): { x: number; y: number } {
    const box = this.stage.getBoundingClientRect();
    const [x, y] = this.camera.project(...this.at(row));
    return { x: box.x + x, y: box.y + y };
  }

  /** Mark these rows instead of what was searched: a saved page searches by itself. */
  markHits(hits: Uint32Array): void {
    if (!this.view) return;
    this.view = { ...this.view, hits };
    this.restyle();
  }

  /** Return the rows whose label holds a text in lower case. */
  search(text: string): number[] {
    const labels = this.parts.get(this.view!.labels);
    if (labels?.kind !== "texts") return [];
    return [...labels.ends.keys()].filter((row) => shownValue(labels, row).toLowerCase().includes(text));
  }

  /** Bring a row into the middle. */
  goTo(row: number): void {
    const positions = this.points!.positions;
    const target: Vector = [positions[3 * row]!, positions[3 * row + 1]!, positions[3 * row + 2]!];
    this.fly({ ...this.camera.state, target });
  }

  // ---------------------------------------------------------------- what Python sends

  private readonly compose = (): void => {
    const { view } = this;
    if (!view) return;
    const { needed, wanted } = partsOf(view);
    const got = new Map<string, Part>();
    for (const id of [...needed, ...wanted]) {
      const part = this.parts.get(id);
      if (part) got.set(id, part);
    }
    if (needed.some((id) => !got.has(id))) return;
    this.dress(view);
    this.place(view, got.get(view.points) as PointsPart, view.labels === this.labelsId);
    this.color(view, got);
    this.texts.clear();
    const isOtherSpace = view.labels !== this.labelsId;
    this.labelsId = view.labels;
    if (isOtherSpace) this.selected = [];
    // a view that was on its way while somebody chose must not undo the choice
    if (isOtherSpace || view.answered >= this.chosenAt || Date.now() - this.chosenAt > PATIENCE) {
      if (view.selected !== (this.selected[0] ?? null)) this.selected = view.selected === null ? [] : [view.selected];
      this.neighbors = view.neighbors;
    }
    if (this.element.dataset["state"] === "waiting") this.fill();
    this.restyle();
    this.say(got.has(view.labels));
  };

  /** Theme, size and words around the map. */
  private dress(view: View): void {
    const { element, stage } = this;
    element.classList.toggle("dark", view.dark);
    element.style.setProperty("--ink", view.ink.text);
    element.style.setProperty("--quiet", view.ink.quiet);
    element.style.setProperty("--ground", view.ink.ground);
    element.style.setProperty("--line", view.ink.grid);
    stage.style.height = `${view.height ?? this.height}px`;
    stage.setAttribute("aria-label", view.alt);
    stage.title = "";
    this.family = getComputedStyle(element).fontFamily || "sans-serif";
    this.tools.show({ inSpace: this.points?.dimensions === 3, canPick: view.canPick });
  }

  /** Bring the points to their places; those of the same space go there before one's eyes. */
  private place(view: View, points: PointsPart, isSameSpace: boolean): void {
    const old = this.points;
    const picture = view.picture;
    if (old === points && this.element.dataset["picture"] === picture) return;
    if (old && this.element.dataset["picture"]) this.cameras.set(this.element.dataset["picture"], this.camera.state);
    const isSamePoints = old !== null && isSameSpace && old.positions.length === points.positions.length;
    const canMove = isSamePoints && old !== points && !this.reduced.matches && this.element.isConnected;
    this.before = canMove ? this.positionsNow() : null;
    this.points = points;
    this.detail = Math.min(1, (3 * FIRST_DRAWN) / points.positions.length);
    this.share = canMove ? 0 : 1;
    this.painter.setPositions(points.positions, this.before);
    if (!isSamePoints) {
      this.hidden.clear();
      this.hovered = null;
    }
    const to = this.depthOf(points);
    const home = this.camera.fitting(points.half, points.dimensions);
    const isNewPicture = this.element.dataset["picture"] !== picture;
    const goal = isNewPicture ? (this.cameras.get(picture) ?? home) : this.camera.state;
    this.isHome = isNewPicture ? !this.cameras.has(picture) : this.isHome;
    if (canMove) {
      this.motion = { began: 0, from: this.camera.state, to: goal, depth: this.depth, lasts: MOVING };
    } else {
      this.motion = null;
      this.camera.state = goal;
      this.depth = to;
    }
    this.element.dataset["picture"] = picture;
    this.element.dataset["points"] = `${points.positions.length / 3}`;
    this.element.dataset["dimensions"] = `${points.dimensions}`;
    this.tools.show({ inSpace: points.dimensions === 3, canPick: view.canPick });
    this.stage.classList.toggle("turning", points.dimensions === 3);
  }

  private color(view: View, got: ReadonlyMap<string, Part>): void {
    const { color, sizes, opacities } = view;
    const part = color ? got.get(color.part) : undefined;
    const what = JSON.stringify([this.points!.positions.length, color ?? view.plain]);
    if (what !== this.colored) {
      if (part?.id !== this.element.dataset["colored"]) this.hidden.clear();
      this.colored = what;
      this.element.dataset["colored"] = part?.id ?? "";
      if (part?.kind === "codes") this.shades = part.codes;
      else if (part?.kind === "numbers" && color) this.shades = scaleShades(part, color);
      else this.shades = new Uint8Array(this.points!.positions.length / 3);
      this.painter.setShades(this.shades);
    }
    const weigh = (by: typeof sizes): Uint8Array | null => {
      const numbers = by && got.get(by.part);
      return by && numbers?.kind === "numbers" ? shares(numbers, by) : null;
    };
    this.painter.setWeights(weigh(sizes), weigh(opacities));
    this.clusters = part?.kind === "codes" ? clustersOf(this.points!, part) : [];
    this.repaint(part);
  }

  private repaint(part: Part | undefined): void {
    const { color, plain } = this.view!;
    if (color && part?.kind === "codes") this.palette = categoryPalette(color.colors, this.hidden);
    else if (color && part?.kind === "numbers") this.palette = scalePalette(color.colors);
    else this.palette = categoryPalette([plain], new Set());
    this.painter.setPalette(this.palette);
    this.legend.show(color, part, this.hidden);
  }

  private toggle(code: number, alone: boolean): void {
    const { color } = this.view!;
    const part = color ? this.parts.get(color.part) : undefined;
    if (part?.kind !== "codes") return;
    if (alone) {
      // the two clicks before have switched it off and on again
      const others = part.names.map((_, one) => one).filter((one) => one !== code);
      const isAlone = others.every((one) => this.hidden.has(one));
      this.hidden = new Set(isAlone ? [] : others);
    } else if (!this.hidden.delete(code)) this.hidden.add(code);
    this.repaint(part);
    this.restyle();
  }

  // ---------------------------------------------------------------- what stands out

  private get standsOut(): boolean {
    return this.selected.length > 0 || (this.view?.hits.length ?? 0) > 0;
  }

  private restyle(): void {
    this.mark();
    const { dataset } = this.element;
    dataset["hits"] = `${this.view!.hits.length}`;
    dataset["neighbors"] = `${this.selected.length ? this.neighbors.length : 0}`;
    dataset["selected"] = this.selected.slice(0, 20).map((row) => this.textOf(row)).join("\n");
    dataset["selectedCount"] = `${this.selected.length}`;
    dataset["hidden"] = `${this.hidden.size}`;
    this.ask(true);
  }

  /** Put marks where their points are, the most important last and on top. */
  private mark(): void {
    const { size, hits } = this.view!;
    const groups: [ArrayLike<number>, number, number][] = [
      [hits, 0, size + 6],
      [this.selected.length ? this.neighbors : NO_ROWS, 1, size + 4],
      [this.selected.slice().reverse(), 2, this.selected.length > 50 ? size + 4 : size + 9],
    ];
    const n = groups.reduce((sum, [rows]) => sum + rows.length, 0);
    const marking: Marking = {
      positions: new Float32Array(3 * n),
      shapes: new Uint8Array(n),
      sizes: new Float32Array(n),
    };
    let index = 0;
    for (const [rows, shape, pixels] of groups) {
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at]!;
        if (!this.isVisible(row) && shape === 0) continue;
        marking.positions.set(this.at(row), 3 * index);
        marking.shapes[index] = shape;
        marking.sizes[index++] = pixels;
      }
    }
    marking.shapes = marking.shapes.subarray(0, index);
    marking.sizes = marking.sizes.subarray(0, index);
    marking.positions = marking.positions.subarray(0, 3 * index);
    this.marking = marking;
    this.painter.setMarks(marking);
  }

  private choose(rows: number[]): void {
    if (!this.view?.canPick) return;
    const isSame = rows.length === this.selected.length && rows.every((row, index) => row === this.selected[index]);
    if (isSame) return;
    if (rows[0] !== this.selected[0]) this.neighbors = NO_ROWS; // Python knows them
    this.selected = rows;
    this.chosenAt = Math.max(Date.now(), this.chosenAt + 1);
    this.restyle();
    this.say(true);
    this.tell({ rows, at: this.chosenAt, of: this.view.labels });
  }

  private add(rows: readonly number[]): void {
    const known = new Set(this.selected);
    const fresh = rows.filter((row) => !known.has(row));
    // one point that is chosen already is taken out again
    if (!fresh.length && rows.length === 1) this.choose(this.selected.filter((row) => row !== rows[0]));
    else this.choose([...this.selected, ...fresh]);
  }

  /** Tell a screen reader what is selected. */
  private say(isNamed: boolean): void {
    if (!isNamed) return;
    const [first, ...more] = this.selected;
    let text = "";
    if (first !== undefined) {
      text = `Selected: ${this.textOf(first)}`;
      if (more.length) text += ` and ${more.length.toLocaleString("en")} more`;
      if (this.neighbors.length) {
        text += `. Nearest: ${[...this.neighbors].slice(0, 5).map((row) => this.textOf(row)).join(", ")}`;
      }
    } else if (this.view!.hits.length) text = `${this.view!.hits.length.toLocaleString("en")} marked on the map`;
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  // ---------------------------------------------------------------- gestures

  private listenToGestures(): void {
    const { stage } = this;
    listen(stage, {
      mode: () => this.mode,
      inSpace: () => this.points?.dimensions === 3,
      pan: (dx, dy) => this.moved(() => this.camera.pan(dx, dy)),
      orbit: (dx, dy) => this.moved(() => this.camera.orbit(dx, dy)),
      zoomAt: (x, y, factor) => this.moved(() => this.camera.zoomAt(x, y, factor)),
      fit: () => this.fit(),
      hover: (place) => {
        this.point(place && !this.motion ? this.pick(place, 4) : null);
      },
      choose: (place, adds) => {
        const row = this.pick(place, 4);
        if (row !== null) adds ? this.add([row]) : this.choose([row]);
      },
      surround: (polygon, isDone, adds) => this.surround(polygon, isDone, adds),
      chooseCenter: (adds) => {
        const { width, height } = this.camera;
        const row = this.pick([width / 2, height / 2], Math.hypot(width, height));
        if (row !== null) adds ? this.add([row]) : this.choose([row]);
      },
      clear: () => {
        if (this.mode !== "move" && !this.selected.length) this.tools.setMode("move");
        this.choose([]);
      },
      settle: () => this.ask(true),
    });
  }

  private setMode(mode: Mode): void {
    this.mode = mode;
    this.stage.classList.toggle("lasso", mode === "lasso");
    this.stage.classList.toggle("box", mode === "box");
    this.element.dataset["mode"] = mode;
  }

  private surround(polygon: Place[], isDone: boolean, adds: boolean): void {
    this.outline = isDone ? [] : polygon;
    if (isDone && polygon.length > 2 && this.points) {
      const rows = pointsInside(this.points.positions, this.camera, polygon, this.isVisible);
      if (adds) this.add(rows);
      else if (rows.length) this.choose(rows);
    }
    this.ask(false, true);
  }

  private pick(place: Place, slack: number): number | null {
    if (!this.points || this.share < 1) return null;
    return pickPoint(this.points.positions, this.camera, place, this.style.size / 2 + slack, this.isVisible);
  }

  private point(row: number | null): void {
    if (row === this.hovered && row !== null) return;
    this.hovered = row;
    this.stage.classList.toggle("over", row !== null);
    if (row === null) {
      this.tip.hide();
      delete this.element.dataset["hover"];
    } else {
      const [x, y] = this.camera.project(...this.at(row));
      this.tip.show(shortened(this.textOf(row, false), 120), this.columnsOf(row), x, y, this.camera.width, this.camera.height);
      this.element.dataset["hover"] = this.textOf(row, false);
    }
    this.ask(false, true);
  }

  private columnsOf(row: number): [string, string][] {
    const ids = new Set([...(this.view!.color ? [this.view!.color.part] : []), ...this.view!.hover]);
    return [...ids].flatMap((id): [string, string][] => {
      const part = this.parts.get(id);
      return part && part.kind !== "points" ? [[part.column, shortened(shownValue(part, row), 90)]] : [];
    });
  }

  // ---------------------------------------------------------------- the camera

  private moved(how: () => void): void {
    if (this.motion) this.motion = { ...this.motion, to: this.motion.from, from: this.motion.from, began: 0 };
    how();
    if (this.motion) this.motion = this.share < 1 ? { ...this.motion, from: this.camera.state, to: this.camera.state } : null;
    this.isHome = false;
    this.livelyUntil = performance.now() + REST * 0.8;
    this.point(null);
    this.ask(true);
  }

  private fit(): void {
    if (!this.points) return;
    this.fly(this.camera.fitting(this.points.half, this.points.dimensions));
    this.isHome = true;
  }

  private fly(to: CameraState): void {
    const lasts = this.reduced.matches ? 0 : 350;
    this.motion = { began: 0, from: this.camera.state, to, depth: this.depth, lasts };
    this.ask(true);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    this.camera.resize(width, height);
    this.painter.resize(width, height, ratio);
    this.inkCanvas.width = Math.round(width * ratio);
    this.inkCanvas.height = Math.round(height * ratio);
    if (this.points) {
      const home = this.camera.fitting(this.points.half, this.points.dimensions);
      if (this.isHome && !this.motion) this.camera.state = home;
      else if (this.isHome && this.motion) this.motion.to = home;
    }
    this.ask(true);
    // a canvas that changed its size is empty until it is drawn: at once, or it flickers
    this.frame(performance.now());
  }

  private depthOf(points: PointsPart): number {
    return points.dimensions === 3 ? 1 : 0;
  }

  // ---------------------------------------------------------------- drawing

  private ask(all = false, ink = all): void {
    this.mustDraw ||= all;
    this.mustInk ||= ink;
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame((now) => {
      this.isAsked = false;
      this.frame(now);
    });
  }

  private frame(now: number): void {
    if (!this.view || !this.points || this.camera.width <= 1) return;
    this.advance(now);
    if (this.mustDraw) {
      this.mustDraw = false;
      this.painter.draw(this.camera, this.style, this.share, this.adapted(now));
      const { shapes, labels } = inked(this.drawing);
      this.shapes = shapes;
      this.labels = labels;
      this.frames++;
      this.element.dataset["state"] = this.motion ? "moving" : "drawn";
      this.element.dataset["labels"] = `${labels.length}`;
    }
    if (this.mustInk) {
      this.mustInk = false;
      this.paintInk();
    }
    this.lastFrame = now;
    if (this.motion || (this.isTurning && this.depth === 1)) this.ask(true);
  }

  /** Return the share of the points to draw: all at rest, what this machine manages while all moves. */
  private adapted(now: number): number {
    const isLively = now < this.livelyUntil || this.motion !== null || (this.isTurning && this.depth === 1);
    if (isLively && this.wasLively) {
      const factor = Math.min(Math.max(SMOOTH / Math.max(now - this.lastFrame, 1), 0.5), 1.15);
      this.detail = Math.min(Math.max(this.detail * factor, LEAST_DETAIL), 1);
    }
    this.wasLively = isLively;
    clearTimeout(this.rest);
    if (isLively && this.detail < 1) this.rest = window.setTimeout(() => this.ask(true), REST);
    return isLively ? this.detail : 1;
  }

  private advance(now: number): void {
    const { motion } = this;
    if (motion) {
      motion.began ||= now;
      const passed = motion.lasts ? Math.min((now - motion.began) / motion.lasts, 1) : 1;
      const eased = passed * passed * (3 - 2 * passed);
      const to = this.depthOf(this.points!);
      this.camera.state = between(motion.from, motion.to, eased);
      this.depth = motion.depth + (to - motion.depth) * eased;
      if (this.before) this.share = eased;
      this.mustDraw = this.mustInk = true;
      if (passed === 1) {
        this.motion = null;
        this.depth = to;
        this.share = 1;
        if (this.before) this.painter.setPositions(this.points!.positions, null);
        this.before = null;
      }
      this.mark();
    } else if (this.isTurning && this.depth === 1) {
      this.camera.orbit(Math.min(now - this.lastFrame, 50) * TURN, 0);
      this.mustDraw = this.mustInk = true;
    }
  }

  private get style(): Style {
    const { size, opacity, ink } = this.view!;
    const closer = Math.min(Math.max(this.camera.zoom, 0.5), 60) ** 0.3; // grow a little when looked at closely
    const drawn = size * (this.depth < 1 ? closer : 1);
    return {
      size: drawn,
      grown: drawn - size,
      opacity: this.standsOut ? opacity * FADED : opacity,
      depth: this.depth,
      ink: rgb(ink.text),
      ground: rgb(ink.ground),
      chosen: rgb(ink.chosen),
    };
  }

  private get drawing(): Drawing {
    return {
      camera: this.camera,
      view: { ...this.view!, neighbors: this.neighbors },
      points: this.points!,
      depth: this.depth,
      at: this.at,
      isVisible: this.isVisible,
      isShown: (code) => !this.hidden.has(code),
      textOf: (row) => this.textOf(row),
      widthOf: this.widthOf,
      selected: this.selected,
      size: this.style.size,
      reserved: this.reserved,
      clusters: this.motion && this.before ? [] : this.clusters,
      // names that come and go while all turns cannot be read
      kept: this.motion && this.before ? this.labels.map(({ row }) => row) : null,
    };
  }

  private get reserved(): Box {
    const { offsetLeft: x, offsetTop: y, offsetWidth: width, offsetHeight: height } = this.tools.element;
    return { x: x - 4, y: y - 4, width: width + 12, height: height + 8 };
  }

  private paintInk(): void {
    const { context, inkCanvas, camera } = this;
    const ratio = inkCanvas.width / camera.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, inkCanvas.width, inkCanvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { text, ground } = this.view!.ink;
    const shapes = [...this.shapes];
    if (this.hovered !== null && this.hovered < this.points!.positions.length / 3) {
      const [x, y, depth] = camera.project(...this.at(this.hovered));
      const radius = this.style.size / 2 + 3;
      if (depth > 0) {
        shapes.push({ kind: "ring", x, y, radius: radius + 1, color: ground, fill: null, width: 4 });
        shapes.push({ kind: "ring", x, y, radius, color: text, fill: null, width: 2 });
      }
    }
    if (this.outline.length) {
      const look = { color: text, width: 1.5, alpha: 0.9, isClosed: true, fill: 0.1 };
      shapes.push({ kind: "stroke", points: this.outline, ...look });
    }
    paint(context, shapes, this.family);
  }

  /** Where a row is now, also on its way; the same vector each time. */
  private readonly at = (row: number): Vector => {
    const { scratch, before, share } = this;
    const { positions } = this.points!;
    for (let axis = 0, index = 3 * row; axis < 3; axis++, index++) {
      const place = positions[index]!;
      scratch[axis] = before ? before[index]! + (place - before[index]!) * share : place;
    }
    return scratch;
  };

  private positionsNow(): Float32Array {
    const { positions } = this.points!;
    const { before, share } = this;
    if (!before) return positions;
    return positions.map((place, index) => before[index]! + (place - before[index]!) * share);
  }

  private readonly isVisible = (row: number): boolean => this.palette[4 * this.shades[row]! + 3] !== 0;

  private textOf(row: number, isShort = true): string {
    const labels = this.parts.get(this.view!.labels);
    if (labels?.kind !== "texts") return "";
    if (!isShort) return shownValue(labels, row);
    let text = this.texts.get(row);
    if (text === undefined) {
      text = shortened(shownValue(labels, row), LABEL_LENGTH);
      if (this.texts.size > TEXTS_KEPT) this.texts.clear();
      this.texts.set(row, text);
    }
    return text;
  }

  private readonly widthOf = (text: string, weight: number): number => {
    const key = `${weight}${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      this.context.font = `${weight} 13px ${this.family}`;
      width = this.context.measureText(text).width;
      if (this.widths.size > TEXTS_KEPT) this.widths.clear();
      this.widths.set(key, width);
    }
    return width;
  };

  // ---------------------------------------------------------------- WebGL, and without it

  private newPainter(): Painter {
    const canvas = document.createElement("canvas");
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.element.dataset["state"] = "lost";
      this.tellNotice("The graphics card was taken away; the map returns with it.");
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.tellNotice("");
      this.ask(true);
    });
    try {
      return new Scene(canvas);
    } catch {
      this.element.dataset["painter"] = "processor";
      this.tellNotice("This browser has no WebGL2, so the map is drawn without the graphics card, and slower.");
      return new Flat(document.createElement("canvas"));
    }
  }

  private tellNotice(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  // ---------------------------------------------------------------- saving

  private async save(what: SaveAs): Promise<void> {
    const seen = this.seen();
    try {
      if (what === "svg") saveSvg(seen);
      else if (what === "html") await savePage(seen, this.partsShown(), this.bytes);
      else await savePng(seen, what === "png4" ? 4 : 2);
    } catch (error) {
      this.tellNotice(`Not saved: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.resize();
  }

  private partsShown(): Part[] {
    const { needed, wanted } = partsOf(this.view!);
    return [...new Set([...needed, ...wanted])].flatMap((id) => this.parts.get(id) ?? []);
  }

  private seen(): Seen {
    const { width, height } = this.camera;
    const { color } = this.view!;
    const part = color ? this.parts.get(color.part) : undefined;
    let key: Seen["key"] = [];
    if (color && part?.kind === "codes") {
      key = part.names
        .map((name, code) => ({ name: shortened(name, 32), color: color.colors[code]!, code }))
        .filter(({ code }) => !this.hidden.has(code))
        .slice(0, WIDE_KEY);
    } else if (color) {
      const last = color.colors.length - 1;
      key = color.colors.map((one, step) => ({
        color: one,
        name: shownNumber(color.low + ((color.high - color.low) * step) / last),
      }));
    }
    return {
      view: this.view!,
      camera: this.camera,
      family: this.family,
      shapes: this.shapes,
      drawn: (times) => {
        this.painter.resize(width, height, times);
        this.painter.draw(this.camera, this.style, this.share, 1);
        return this.painter.canvas;
      },
      style: this.style,
      marking: this.marking,
      positions: this.points!.positions,
      shades: this.shades,
      palette: this.palette,
      key,
      title: color?.title ?? "",
    };
  }
}

function div(className: string): HTMLDivElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

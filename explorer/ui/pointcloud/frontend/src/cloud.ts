/** The map: puts parts, camera, points, names and gestures together, and draws when something changes. */

import { Camera } from "./camera.ts";
import type { Cameras } from "./cameras.ts";
import { Choosing, type KeyChoice, type Tell } from "./choosing.ts";
import { Coloring } from "./coloring.ts";
import { Density } from "./density.ts";
import { hear, tell as announce } from "./exchange.ts";
import { listen } from "./gestures.ts";
import { type Drawing, inked } from "./ink.ts";
import type { Label } from "./labels.ts";
import { marksOf, NO_MARKS } from "./marks.ts";
import { Motion } from "./motion.ts";
import { Outbox } from "./outbox.ts";
import { Pace } from "./pace.ts";
import type { Parts, PointsPart } from "./parts.ts";
import { Pictures, sceneryOf } from "./pictures.ts";
import { Pointing } from "./pointing.ts";
import { Regions } from "./regions.ts";
import { save, type Seen } from "./save.ts";
import { sought } from "./seeking.ts";
import type { Shape } from "./shapes.ts";
import { boxOf, Stage } from "./stage.ts";
import { type Style, styleOf } from "./style.ts";
import { Theme } from "./theme.ts";
import { type SaveAs, Tools } from "./tools.ts";
import { gather, type Ink, inkOf, partsOf, type View } from "./view.ts";
import { Viewpoint } from "./viewpoint.ts";
import { Words } from "./words.ts";

export class Cloud {
  readonly element: HTMLElement;
  /** Drawings since the beginning: for those who measure. */
  frames = 0;

  private readonly stage = new Stage(() => this.pictures.renew());
  private readonly painter = this.stage.painter;
  private readonly camera = new Camera();
  private readonly motion = new Motion(this.camera);
  private readonly viewpoint: Viewpoint;
  private readonly pace = new Pace(() => this.ask(true));
  private readonly words = new Words(this.stage.context);
  private readonly choosing = new Choosing((choice) => this.tell("choice", choice));
  private readonly coloring = new Coloring(
    this.painter,
    () => this.restyle(),
    (code, out) => this.clicks.ask({ code, out, of: this.view?.color?.title ?? "" }),
  );
  /** Clicks in the key, on their way to Python. */
  private readonly clicks = new Outbox<KeyChoice>((all) => this.tell("key", all));
  private readonly pictures = new Pictures(this.painter, () => this.ask(true));
  private readonly density = new Density((cells, mode) => this.painter.setDensity(cells, mode));
  private readonly regions = new Regions();
  private readonly pointing: Pointing;
  private readonly theme = new Theme(() => this.followTheme());
  private readonly tools: Tools;
  private readonly deaf = [
    hear("explorer-mark", (told) => told.of === this.labelsId && this.markHits(told.rows)),
    hear("explorer-fly", (told) => told.of === this.labelsId && this.flyTo(told.row)),
    hear("explorer-hover", ({ link, from, row }) => {
      if (this.view?.link && this.view.link === link && this.view.key !== from) this.pointing.echo(row);
    }),
  ];
  private readonly observer = new ResizeObserver(() => this.resize());

  private view: View | null = null;
  private shown: View | null = null;
  private points: PointsPart | null = null;
  private labelsId = "";
  private isDark = false;
  private marking = NO_MARKS;
  private shapes: Shape[] = [];
  private labels: Label[] = [];

  private isAsked = false;
  private mustDraw = false;
  private mustInk = false;

  constructor(
    private readonly parts: Parts,
    cameras: Cameras,
    private readonly tell: Tell,
  ) {
    this.viewpoint = new Viewpoint(this.camera, this.motion, cameras, () => {
      const { element } = this.coloring.legend;
      return element.hidden ? null : boxOf(element);
    });
    this.tools = new Tools({
      zoom: (factor) => this.moved(() => this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor)),
      fit: () => this.fit(),
      setMode: (mode) => this.stage.setMode(mode),
      setTurning: (on) => {
        this.viewpoint.turn(on);
        this.ask();
      },
      showPictures: (on) => this.moved(() => (this.pictures.isOn = on)),
      save: (what) => void this.save(what),
    });
    this.pointing = new Pointing(
      {
        ...{ camera: this.camera, motion: this.motion, coloring: this.coloring, choosing: this.choosing },
        ...{ words: this.words, pictures: this.pictures, regions: this.regions },
        ...{ view: () => this.view!, points: () => this.points, size: () => this.style.size },
        part: (id) => this.parts.get(id),
      },
      () => this.restyle(),
      () => this.hovered(),
      (row) => this.view?.link && announce("explorer-hover", { link: this.view.link, from: this.view.key, row }),
    );
    this.element = this.stage.holder;
    this.stage.furnish([this.coloring.legend.element, this.tools.element, this.pointing.tip.element, this.theme.element]);
    this.coloring.legend.element.addEventListener("toggle", () => this.settle(), true);
    this.coloring.legend.element.addEventListener("pointerenter", () => this.pointing.hover(null));
    this.listenToGestures();
    this.observer.observe(this.stage.element);
    window.addEventListener("resize", this.stage.fill);
    window.addEventListener("pagehide", this.viewpoint.keep);
    this.stage.watchRatio(() => this.resize());
    this.parts.onPut(this.compose);
  }

  /** Show a view, as soon as its parts are there. */
  update(view: View): void {
    this.view = view;
    this.clicks.hear(view.keyAnswered);
    this.compose();
  }

  /** Take the height that the window leaves. */
  fill(): void {
    this.stage.fill();
  }

  /** Come to another page. */
  arrive(): void {
    this.choosing.arrive();
  }

  needs(id: string): boolean {
    if (!this.view) return false;
    const { needed, wanted } = partsOf(this.view);
    return needed.includes(id) || wanted.includes(id);
  }

  dispose(): void {
    this.viewpoint.keep();
    this.parts.offPut(this.compose);
    this.observer.disconnect();
    for (const end of this.deaf) end();
    window.removeEventListener("resize", this.stage.fill);
    window.removeEventListener("pagehide", this.viewpoint.keep);
    this.stage.dispose();
    this.tools.dispose();
    this.element.remove();
    this.view = null;
  }

  /** Where a row is in the browser's window. */
  placeOf(row: number): { x: number; y: number } {
    const box = this.stage.element.getBoundingClientRect();
    const [x, y] = this.camera.project(...this.motion.at(row));
    return { x: box.x + x, y: box.y + y };
  }

  /** Mark these rows instead of what was searched; null for that again. A saved page searches by itself. */
  markHits(rows: Uint32Array | null): void {
    if (this.view && this.choosing.mark(rows)) this.restyle();
  }

  /** Return the rows whose label holds a text in lower case. */
  search(text: string): number[] {
    return this.words.search(text);
  }

  /** Bring a row into the middle. */
  goTo(row: number): void {
    this.viewpoint.fly({ ...this.camera.state, target: [...this.motion.at(row)] });
    this.ask(true);
  }

  /** Bring a row into the middle, and the map into sight: the table below it asked. */
  private flyTo(row: number): void {
    this.goTo(row);
    this.stage.show();
  }

  /** Move where something that was just found, or selected elsewhere, lies outside the frame. */
  private seek(before: View | null, view: View): void {
    const to = sought(before, view, this.camera, this.motion.at);
    if (to === "all") this.fit();
    else if (to !== null) this.goTo(to);
  }

  // ---------------------------------------------------------------- what Python sends

  private readonly compose = (): void => {
    const { view } = this;
    if (!view) return;
    const got = gather(view, this.parts);
    if (!got) return;
    const points = got.get(view.points) as PointsPart;
    this.dress(view, points);
    this.place(view, points);
    this.coloring.dress(view, points, got);
    this.viewpoint.settle(); // the key may be another
    this.pictures.use(view.pictures.map((id) => got.get(id)));
    this.words.use(got.get(view.names));
    this.labelsId = view.labels;
    this.choosing.hear(view);
    this.seek(this.shown, view);
    this.shown = view;
    if (this.element.dataset["state"] === "waiting") this.fill();
    this.restyle();
    this.pointing.renew();
    this.followTheme();
  };

  /** Theme, size and words around the map. */
  private dress(view: View, points: PointsPart): void {
    this.isDark = this.theme.isDark ?? view.dark;
    this.stage.dress(this.ink, this.isDark, view.height, view.alt);
    this.stage.element.classList.toggle("turning", points.dimensions === 3);
    this.words.family = getComputedStyle(this.element).fontFamily || "sans-serif";
    this.tools.show({ inSpace: points.dimensions === 3, canPick: view.canPick, hasPictures: view.pictures.length > 0, canPage: view.canPage });
  }

  /** Bring the points to their places; those of the same space go there before one's eyes. */
  private place(view: View, points: PointsPart): void {
    const old = this.points;
    const picture = `${view.key} ${view.picture}`;
    if (old === points && this.viewpoint.picture === picture) return;
    const isSameSpace = view.labels === this.labelsId;
    const isSamePoints = old !== null && isSameSpace && old.positions.length === points.positions.length;
    if (!isSamePoints) this.pointing.hover(null);
    this.points = points;
    this.viewpoint.open(picture, points, isSamePoints && old !== points && this.element.isConnected);
    this.painter.setPositions(points.positions, this.motion.before);
    const n = points.positions.length / 3;
    this.pace.begin(n);
    this.stage.note({ picture: view.picture, points: n, dimensions: points.dimensions });
    if (this.motion.isMoving) this.stage.note({ state: "moving" });
  }

  private get ink(): Ink {
    return inkOf(this.view!, this.isDark);
  }

  /** Show it at once where the page has become dark or light; what Python colors follows. */
  private followTheme(): void {
    const { view, points, theme } = this;
    if (!view || !points) return;
    if ((theme.isDark ?? this.isDark) !== this.isDark) {
      this.dress(view, points);
      this.ask(true);
    }
    theme.reconcile(() => this.view!.dark, (dark) => this.tell("dark", dark));
  }

  // ---------------------------------------------------------------- what stands out

  /** Draw anew what is selected, found and switched off, and say so. */
  private restyle(): void {
    const { view, choosing, coloring, words } = this;
    this.mark();
    const { positions, dimensions } = this.points!;
    this.density.dress(view!.density, positions, dimensions === 2, coloring.kept, coloring.isVisible);
    this.stage.note({
      density: this.density.mode,
      hits: choosing.hits.length,
      neighbors: choosing.neighbors.length,
      selected: choosing.rows.slice(0, 20).map(words.of).join("\n"),
      selectedCount: choosing.rows.length,
      hidden: coloring.hidden.size,
      outside: coloring.outside?.reduce((sum, one) => sum + one, 0) ?? 0,
      colored: coloring.by,
    });
    this.stage.say(choosing.inWords(words.of));
    this.ask(true);
  }

  private mark(): void {
    this.marking = marksOf(this.view!, this.choosing, this.motion.at, this.coloring.isVisible);
    this.painter.setMarks(this.marking);
  }

  // ---------------------------------------------------------------- gestures

  private listenToGestures(): void {
    listen(this.stage.element, {
      mode: () => this.stage.mode,
      inSpace: () => this.points?.dimensions === 3,
      pan: (dx, dy) => this.moved(() => this.camera.pan(dx, dy)),
      orbit: (dx, dy) => this.moved(() => this.camera.orbit(dx, dy)),
      zoomAt: (x, y, factor) => this.moved(() => this.camera.zoomAt(x, y, factor)),
      fit: () => this.fit(),
      hover: (place) => this.pointing.hover(place),
      choose: (place, adds) => this.pointing.choose(place, adds),
      surround: (polygon, isDone, adds) => this.pointing.surround(polygon, isDone, adds),
      chooseCenter: (adds) => this.pointing.chooseCenter(adds),
      clear: () => {
        if (this.stage.mode !== "move" && !this.choosing.rows.length) this.tools.setMode("move");
        if (this.choosing.choose([])) this.restyle();
      },
      settle: () => this.ask(true),
      isAwake: () => this.stage.isAwake || this.stage.mode !== "move",
    });
  }

  private hovered(): void {
    const { row } = this.pointing;
    this.stage.element.classList.toggle("over", row !== null);
    this.stage.note({ hover: row === null ? "" : this.words.hovered(row), echo: this.pointing.echoed ?? "" });
    this.ask(false, true);
  }

  // ---------------------------------------------------------------- the camera

  private moved(how: () => void): void {
    this.viewpoint.move(how);
    this.pace.touch();
    this.pointing.hover(null);
    this.ask(true);
  }

  private fit(): void {
    this.viewpoint.fit();
    this.ask(true);
  }

  /** Show all beside a key that was opened or closed. */
  private settle(): void {
    this.viewpoint.settle();
    this.ask(true);
  }

  private resize(): void {
    const size = this.stage.resize();
    if (!size) return;
    this.viewpoint.resize(size.width, size.height);
    this.ask(true);
    // a canvas that changed its size is empty until it is drawn: at once, or it flickers
    this.frame(performance.now());
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
    const { motion, camera } = this;
    // a map whose page has gone draws again when it is shown again, and what turned turns on
    if (!this.view || !this.points || camera.width <= 1 || !this.element.isConnected) return;
    const wasMoving = motion.isMoving;
    const { moved, arrived } = motion.advance(now);
    if (arrived) this.painter.setPositions(this.points.positions, null);
    if (moved && !motion.turns) this.mark();
    if (moved || this.mustDraw) {
      const detail = this.pace.share(now, motion.isMoving || motion.turns);
      const scenery = sceneryOf(this.view, camera, motion, this.coloring, this.choosing, this.style);
      this.pictures.show(scenery, now, detail === 1 && !motion.isMoving && !motion.turns);
      this.painter.draw(camera, this.style, motion.share, detail);
      ({ shapes: this.shapes, labels: this.labels } = inked(this.drawing));
      this.frames++;
      this.stage.note({ state: motion.isMoving ? "moving" : "drawn", detail, labels: this.labels.length, pictures: this.pictures.drawn.length });
    }
    if (wasMoving && !motion.isMoving) this.pointing.renew();
    if (moved || this.mustInk) this.write();
    this.mustDraw = this.mustInk = false;
    this.pace.drew(now);
    if (motion.isMoving || motion.turns) this.ask(true);
  }

  private get style(): Style {
    // what a filter keeps stands out already, and would be lost on its faint ground
    const isFaded = !this.coloring.outside && Boolean(this.choosing.rows.length || this.choosing.hits.length);
    return styleOf(this.view!, this.camera, this.motion.depth, this.isDark, isFaded);
  }

  private get drawing(): Drawing {
    const { motion, coloring, choosing, words } = this;
    return {
      camera: this.camera,
      view: this.view!,
      ink: this.ink,
      points: this.points!,
      ...{ depth: motion.depth, at: motion.at },
      ...{ isVisible: coloring.isVisible, isShown: coloring.isShown },
      ...{ textOf: words.of, widthOf: words.widthOf, regions: this.regions },
      ...{ selected: choosing.rows, neighbors: choosing.neighbors },
      size: this.style.size,
      ...{ pictured: new Set(this.pictures.drawn), pictureRadius: this.pictures.size / 2 },
      reserved: boxOf(this.tools.element),
      key: boxOf(this.coloring.legend.element),
      clusters: motion.isJourney ? [] : coloring.clusters,
      // names that come and go while all turns cannot be read
      kept: motion.isJourney ? this.labels.map(({ row }) => row) : null,
    };
  }

  /** Lines and letters: those of the last drawing, and what the pointer does. */
  private write(): void {
    this.stage.write([...this.shapes, ...this.pointing.shapes(this.ink)], this.words.family);
  }

  // ---------------------------------------------------------------- saving

  private async save(what: SaveAs): Promise<void> {
    if (what === "html") return this.tell("page", Date.now()); // Python has all that such a page holds
    try {
      await save(what, this.seen);
    } catch (error) {
      this.stage.tell(`Not saved: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.resize();
  }

  private get seen(): Seen {
    const { camera, motion, painter } = this;
    return {
      view: this.view!,
      hasDensity: this.density.mode !== "none",
      ink: this.ink,
      camera,
      family: this.words.family,
      shapes: this.shapes,
      density: () => {
        painter.resize(camera.width, camera.height, 1);
        painter.setMarks(NO_MARKS);
        painter.draw(camera, { ...this.style, size: 0, opacity: 0, outside: 0 }, motion.share, 1);
        painter.setMarks(this.marking);
        return painter.canvas;
      },
      drawn: (times) => {
        painter.resize(camera.width, camera.height, times);
        painter.draw(camera, this.style, motion.share, 1);
        return painter.canvas;
      },
      style: this.style,
      marking: this.marking,
      positions: this.points!.positions,
      ...{ pictures: this.pictures, at: motion.at },
      coloring: this.coloring,
    };
  }
}

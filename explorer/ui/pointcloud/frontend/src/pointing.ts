/** What the pointer means: the point under it, the points that it goes around, and what is drawn of that. */

import type { Camera } from "./camera.ts";
import type { Choosing } from "./choosing.ts";
import type { Coloring } from "./coloring.ts";
import type { Motion } from "./motion.ts";
import type { Part, PointsPart } from "./parts.ts";
import type { Pictures } from "./pictures.ts";
import { pickPoint, type Place, pointsInside } from "./pick.ts";
import { type Regions, toldOf } from "./regions.ts";
import type { Shape } from "./shapes.ts";
import { Tip } from "./tip.ts";
import type { Ink, View } from "./view.ts";
import { told, type Words } from "./words.ts";

const SLACK = 4; // pixels beside a point that still mean it

/** What there is to point at. */
export interface Target {
  camera: Camera;
  motion: Motion;
  coloring: Coloring;
  choosing: Choosing;
  words: Words;
  view(): View;
  points(): PointsPart | null;
  part(id: string): Part | undefined;
  pictures: Pictures;
  regions: Regions;
  /** A point's diameter in pixels. */
  size(): number;
}

export class Pointing {
  readonly tip = new Tip();
  /** The row under the pointer. */
  row: number | null = null;
  /** The row under the pointer of a linked map. */
  echoed: number | null = null;
  private outline: Place[] = [];
  private region: string | undefined;
  /** Where the pointer rests; null where it is not on the map, or the map moved under it. */
  private pointer: Place | null = null;

  /** `chose` is called after a choice, `hovered` when something else has to be drawn, `pointed` for linked maps. */
  constructor(
    private readonly at: Target,
    private readonly chose: () => void,
    private readonly hovered: () => void,
    private readonly pointed: (row: number | null) => void,
  ) {}

  /** Point at a place, or at nothing. */
  hover(place: Place | null, again = false): void {
    this.pointer = place;
    const row = place && !this.at.motion.isMoving ? this.pick(place, SLACK) : null;
    const region = place && !this.at.motion.isMoving ? this.at.regions.under(place) : null;
    if (!again && row === this.row && region?.name === this.region) return;
    if (row !== this.row) this.pointed(row);
    this.row = row;
    this.echoed = null;
    this.region = region?.name;
    const { width, height } = this.at.camera;
    if (region) this.tip.show(region.name, toldOf(region), null, ...place!, width, height);
    else if (row === null) this.tip.hide();
    else this.tell(row);
    this.hovered();
  }

  /** Tell anew what is under a pointer that rests: points have arrived there, or are called otherwise. */
  renew(): void {
    if (this.pointer) this.hover(this.pointer, true);
  }

  /** Show the row that the pointer is over in a linked map; null ends it. */
  echo(row: number | null): void {
    const { camera, motion, words, coloring } = this.at;
    const count = (this.at.points()?.positions.length ?? 0) / 3;
    const isThere = row !== null && !motion.isMoving && row < count && coloring.isVisible(row);
    this.echoed = isThere ? row : null;
    if (this.echoed === null) this.tip.hide();
    else {
      const [x, y] = camera.project(...motion.at(this.echoed));
      this.tip.show(words.hovered(this.echoed), [], null, x, y, camera.width, camera.height);
    }
    this.hovered();
  }

  /** Choose the point at a place. */
  choose(place: Place, adds: boolean, slack = SLACK): void {
    const row = this.pick(place, slack);
    if (row === null) return;
    const { choosing } = this.at;
    if (adds ? choosing.add([row]) : choosing.choose([row])) this.chose();
  }

  /** Choose the point nearest to the middle. */
  chooseCenter(adds: boolean): void {
    const { width, height } = this.at.camera;
    this.choose([width / 2, height / 2], adds, Math.hypot(width, height));
  }

  /** Go around points; when done, choose them. */
  surround(polygon: Place[], isDone: boolean, adds: boolean): void {
    const { camera, choosing, coloring } = this.at;
    const points = this.at.points();
    this.outline = isDone ? [] : polygon;
    if (isDone && polygon.length > 2 && points) {
      const rows = pointsInside(points.positions, camera, polygon, coloring.isVisible);
      const isNew = adds ? choosing.add(rows) : rows.length > 0 && choosing.choose(rows);
      if (isNew) this.chose();
    }
    this.hovered();
  }

  /** The lasso or the box on its way, and a ring around the point, which stands out on any color. */
  shapes({ text, ground }: Ink): Shape[] {
    const shapes: Shape[] = [];
    const { camera, motion, pictures, size } = this.at;
    const row = this.row ?? this.echoed;
    if (row !== null) {
      const [x, y, depth] = camera.project(...motion.at(row));
      const ring = { kind: "ring", x, y, fill: null } as const;
      const radius = (pictures.radiusOf(row) ?? size() / 2) + 3;
      if (depth > 0) shapes.push({ ...ring, radius: radius + 1, color: ground, width: 4 }, { ...ring, radius, color: text, width: 2 });
    }
    if (this.outline.length) {
      shapes.push({ kind: "stroke", points: this.outline, color: text, width: 1.5, alpha: 0.9, isClosed: true, fill: 0.1 });
    }
    return shapes;
  }

  private pick(place: Place, slack: number): number | null {
    const { camera, motion, coloring } = this.at;
    const points = this.at.points();
    if (!points || motion.isJourney) return null;
    const pictured = this.at.pictures.rowAt(place, camera, motion.at);
    if (pictured !== null) return pictured;
    return pickPoint(points.positions, camera, place, this.at.size() / 2 + slack, coloring.isVisible);
  }

  private tell(row: number): void {
    const { camera, motion, words } = this.at;
    const { color, sizes, opacities, hover } = this.at.view();
    const looks = [color, sizes, opacities].flatMap((by) => (by ? [by.part] : []));
    const columns = [...new Set([...looks, ...hover])].map((id) => this.at.part(id));
    const [x, y] = camera.project(...motion.at(row));
    this.tip.show(words.hovered(row), told(columns, row), this.at.pictures.addressOf(row), x, y, camera.width, camera.height);
  }
}

/**
 * What moves by itself: points on their way to new places, the camera's flights, turning.
 *
 * A flight and a journey are two things: who drags the map while its points travel takes the camera
 * out of its flight, and the points arrive all the same.
 */

import { between, type Camera, type CameraState, type Vector } from "./camera.ts";
import type { PointsPart } from "./parts.ts";

const JOURNEY = 700; // milliseconds that points take to their new places
const FLIGHT = 350; // of the camera, where no point moves
const TURN = 0.25; // pixels a millisecond of turning by itself
const LONGEST_FRAME = 420; // milliseconds: however slow the browser, points are seen on their way
const LONGEST_STEP = 50; // milliseconds: after a pause nothing jumps

interface Span {
  began: number; // 0: with the next frame
  lasts: number;
}

export class Motion {
  /** 1 in space, 0 on the plane, between while one becomes the other. */
  depth = 0;
  /** Of the way from the old places to the new. */
  share = 1;
  isTurning = false;
  private points: PointsPart | null = null;
  private flight: (Span & { from: CameraState; to: CameraState }) | null = null;
  private journey: (Span & { before: Float32Array; depth: number }) | null = null;
  private last = 0;
  private readonly scratch: Vector = [0, 0, 0];
  private readonly reduced = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(private readonly camera: Camera) {}

  get isMoving(): boolean {
    return this.flight !== null || this.journey !== null;
  }

  /** Whether points are on their way, and not the camera alone. */
  get isJourney(): boolean {
    return this.journey !== null;
  }

  get turns(): boolean {
    return this.isTurning && this.depth === 1;
  }

  /** Where the camera is, or will be when it has landed. */
  get goal(): CameraState {
    return this.flight?.to ?? this.camera.state;
  }

  /** Where the points come from, while they move. */
  get before(): Float32Array | null {
    return this.journey?.before ?? null;
  }

  /** Bring points to their places, and the camera to its own; at once unless they `travel`. */
  bring(points: PointsPart, camera: CameraState, travel: boolean): void {
    const before = travel && this.points && !this.reduced.matches ? this.positions() : null;
    this.points = points;
    this.share = before ? 0 : 1;
    if (before) {
      this.journey = { began: 0, lasts: JOURNEY, before, depth: this.depth };
      this.flight = { began: 0, lasts: JOURNEY, from: this.camera.state, to: camera };
    } else {
      this.journey = this.flight = null;
      this.camera.state = camera;
      this.depth = depthOf(points);
    }
  }

  /** Fly to another view. */
  fly(to: CameraState): void {
    const lasts = this.reduced.matches ? 0 : FLIGHT;
    this.flight = { began: 0, lasts, from: this.camera.state, to };
  }

  /** Take the camera out of its flight: somebody's hand is on it. */
  land(): void {
    this.flight = null;
  }

  /** Fly on, to another end. */
  redirect(to: CameraState): boolean {
    if (!this.flight) return false;
    this.flight.to = to;
    return true;
  }

  /** Go on to a moment. Returns whether anything moved, and whether points arrived. */
  advance(now: number): { moved: boolean; arrived: boolean } {
    const passed = Math.min(now - this.last, LONGEST_STEP);
    const late = Math.max(0, now - this.last - LONGEST_FRAME);
    this.last = now;
    const { flight, journey } = this;
    for (const span of [flight, journey]) if (span?.began) span.began += late;
    if (flight) {
      const share = eased(flight, now);
      this.camera.state = between(flight.from, flight.to, share);
      if (share === 1) this.flight = null;
    }
    if (journey) {
      this.share = eased(journey, now);
      this.depth = journey.depth + (depthOf(this.points!) - journey.depth) * this.share;
      if (this.share === 1) this.journey = null;
    }
    if (flight || journey) return { moved: true, arrived: journey !== null && this.journey === null };
    if (this.turns) this.camera.orbit(passed * TURN, 0);
    return { moved: this.turns, arrived: false };
  }

  /** Where a row is now, also on its way; the same vector each time. */
  readonly at = (row: number): Vector => {
    const { scratch, before, share } = this;
    const { positions } = this.points!;
    for (let axis = 0, index = 3 * row; axis < 3; axis++, index++) {
      const place = positions[index]!;
      scratch[axis] = before ? before[index]! + (place - before[index]!) * share : place;
    }
    return scratch;
  };

  private positions(): Float32Array {
    const { before, share } = this;
    const { positions } = this.points!;
    if (!before) return positions;
    return positions.map((place, index) => before[index]! + (place - before[index]!) * share);
  }
}

function depthOf(points: PointsPart): number {
  return points.dimensions === 3 ? 1 : 0;
}

/** Return how much of a span has passed, slowly at its ends; begin it where it has not begun. */
function eased(span: Span, now: number): number {
  span.began ||= now;
  const share = span.lasts ? Math.min((now - span.began) / span.lasts, 1) : 1;
  return share * share * (3 - 2 * share);
}

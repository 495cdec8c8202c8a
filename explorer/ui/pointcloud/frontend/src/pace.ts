/** How many points are drawn while all moves: as many as this machine manages. At rest it is all. */

const SMOOTH = 40; // milliseconds a frame may take while all moves; fewer points are drawn before it takes longer
const FIRST_DRAWN = 150_000; // points, of more than that, when they begin to move: more if that is fast
const LEAST_DETAIL = 0.02;
const REST = 180; // milliseconds without a move, after which all points are drawn
const SLOWLY = 3; // frames that rest lasts at least: on a slow machine moves come seldom
const LONGEST_REST = 1_500;

export class Pace {
  private detail = 1;
  private wasLively = false;
  private isTouched = false;
  private livelyUntil = 0;
  private lastFrame = 0;
  private timer = 0;

  /** `rest` is called when nothing has moved for a while and not all points are drawn. */
  constructor(private readonly rest: () => void) {}

  /** Begin anew with this many points: of very many a sample comes first, and all follow. */
  begin(points: number): void {
    this.detail = Math.min(1, FIRST_DRAWN / points);
    this.isTouched = this.detail < 1;
  }

  /** Somebody moves the map. */
  touch(): void {
    this.isTouched = true;
  }

  /** Return the share of the points to draw in this frame. */
  share(now: number, moves: boolean): number {
    const passed = now - this.lastFrame;
    const rest = Math.max(REST, this.wasLively ? Math.min(SLOWLY * passed, LONGEST_REST) : 0);
    if (moves || this.isTouched) this.livelyUntil = now + 0.8 * rest;
    const isLively = now < this.livelyUntil;
    this.isTouched = false;
    if (isLively && this.wasLively) {
      const factor = Math.min(Math.max(SMOOTH / Math.max(passed, 1), 0.5), 1.15);
      this.detail = Math.min(Math.max(this.detail * factor, LEAST_DETAIL), 1);
    }
    this.wasLively = isLively;
    clearTimeout(this.timer);
    if (isLively && this.detail < 1) this.timer = window.setTimeout(this.rest, rest);
    return isLively ? this.detail : 1;
  }

  /** A frame has been drawn. */
  drew(now: number): void {
    this.lastFrame = now;
  }
}

/** From where the map is looked at: by hand, in flight, and as each picture was left. */

import type { Camera, CameraState } from "./camera.ts";
import type { Cameras } from "./cameras.ts";
import type { Box } from "./labels.ts";
import type { Motion } from "./motion.ts";
import type { PointsPart } from "./parts.ts";
import { roomBeside } from "./room.ts";

const SETTLED = 250; // milliseconds after which a camera is worth keeping

export class Viewpoint {
  /** Which picture is looked at. */
  picture = "";
  private points: PointsPart | null = null;
  /** Whether all is shown, as at first: then it stays so when the window changes. */
  private isHome = true;
  private timer = 0;

  constructor(
    private readonly camera: Camera,
    private readonly motion: Motion,
    private readonly cameras: Cameras,
    /** Where the key is. */
    private readonly key: () => Box | null,
  ) {}

  /** Look at a picture, as it was left; its points `travel` there if they can. */
  open(picture: string, points: PointsPart, travel: boolean): void {
    this.keep();
    this.points = points;
    const home = this.home(points);
    const kept = this.cameras.of(picture);
    const isNew = this.picture !== picture;
    if (isNew) this.isHome = !kept;
    this.picture = picture;
    this.motion.bring(points, isNew ? (kept ?? home) : this.camera.state, travel);
  }

  /** Move by hand. */
  move(how: () => void): void {
    this.motion.land();
    how();
    this.leave();
  }

  /** Show all. */
  fit(): void {
    if (!this.points) return;
    this.motion.fly(this.home(this.points));
    this.leave();
    this.isHome = true;
  }

  fly(to: CameraState): void {
    this.motion.fly(to);
    this.leave();
  }

  turn(on: boolean): void {
    this.motion.isTurning = on;
    this.leave();
  }

  resize(width: number, height: number): void {
    this.camera.resize(width, height);
    this.settle();
  }

  /** Show all once more where the window or the key has changed; unless somebody has moved the map. */
  settle(): void {
    if (!this.points) return;
    const home = this.home(this.points);
    if (this.isHome && !this.motion.redirect(home)) this.camera.state = home;
  }

  readonly keep = (): void => {
    clearTimeout(this.timer);
    if (this.picture) this.cameras.keep(this.picture, this.isHome ? null : this.motion.goal);
  };

  private home(points: PointsPart): CameraState {
    return this.camera.fitting(points.half, points.dimensions, roomBeside(this.key(), points, this.camera));
  }

  private leave(): void {
    this.isHome = false;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(this.keep, SETTLED);
  }
}

/**
 * One camera for the plane and for space. The plane is z = 0, seen from straight ahead: there a
 * perspective is a mere scale, so that 2D and 3D differ in nothing but the rotation.
 */

import { type Room, WHOLE } from "./room.ts";

export type Vector = [number, number, number];
/** Rows: the directions right, up and towards the viewer, in the world. */
export type Rotation = [Vector, Vector, Vector];

export interface CameraState {
  target: Vector;
  distance: number;
  rotation: Rotation;
}

export const FACING: Rotation = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** A little from above and aside: so depth is seen before anything turns. */
export const ASLANT: Rotation = turned(turned(FACING, 1, -0.5), 0, 0.35);

const FOCUS = 2.6; // focal length in half heights: a view angle of 42°
const NEAREST = 0.002;
const FARTHEST = 40;
const ROUND = 0.86; // in space points seldom fill the corners of their box, so they may come nearer
const PADDING = [46, 18] as const; // pixels beside and above the points when all are shown; beside are buttons

export class Camera implements CameraState {
  target: Vector = [0, 0, 0];
  distance = 4;
  rotation: Rotation = FACING;
  width = 1;
  height = 1;
  /** The distance at which everything fits. */
  private home = 4;

  /** Pixels that one unit takes at the target. */
  get scale(): number {
    return this.focus / this.distance;
  }

  /** How much larger than when everything fits. */
  get zoom(): number {
    return this.home / this.distance;
  }

  get focus(): number {
    return (FOCUS * this.height) / 2;
  }

  get state(): CameraState {
    return { target: [...this.target], distance: this.distance, rotation: this.rotation };
  }

  set state(state: CameraState) {
    this.target = [...state.target];
    this.distance = state.distance;
    this.rotation = state.rotation;
  }

  resize(width: number, height: number): void {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
  }

  /** Return the state that shows the box of these half extents, but for its nearest corner; on the plane, beside `room`. */
  fitting(half: Vector, dimensions: number, { left, bottom }: Room = WHOLE): CameraState {
    const rotation = dimensions === 2 ? FACING : ASLANT;
    const wide = Math.max((this.width - left) / 2 - PADDING[0], 20);
    const high = Math.max((this.height - bottom) / 2 - PADDING[1], 20);
    const along = (row: Vector, corner: number): number =>
      half.reduce((sum, extent, axis) => sum + row[axis]! * (corner & (1 << axis) ? extent : -extent), 0);
    this.home = 0.1;
    for (let corner = 0; corner < 8; corner++) {
      const [x, y, z] = rotation.map((row) => along(row, corner)) as Vector;
      if (dimensions === 3 && z > 0.95 * along(rotation[2], 7)) continue; // hardly ever a point is there
      const needed = Math.max((Math.abs(x) * this.focus) / wide, (Math.abs(y) * this.focus) / high);
      this.home = Math.max(this.home, needed + z);
    }
    if (dimensions === 3) this.home *= ROUND;
    const unit = this.home / this.focus; // of a pixel
    return { target: [(-left / 2) * unit, (-bottom / 2) * unit, 0], distance: this.home, rotation };
  }

  /** Move the picture by pixels. */
  pan(dx: number, dy: number): void {
    this.shift(-dx / this.scale, dy / this.scale);
  }

  /** Zoom so that what is under the pointer stays there. */
  zoomAt(x: number, y: number, factor: number): void {
    const distance = Math.min(Math.max(this.distance / factor, NEAREST), FARTHEST);
    const share = 1 - distance / this.distance;
    this.shift(((x - this.width / 2) / this.scale) * share, (-(y - this.height / 2) / this.scale) * share);
    this.distance = distance;
  }

  /** Turn by pixels dragged. */
  orbit(dx: number, dy: number): void {
    const step = 2.5 / Math.min(this.width, this.height);
    this.rotation = turned(turned(this.rotation, 1, dx * step), 0, dy * step);
  }

  /** Return where a point is on the screen: x, y in pixels and its distance; negative if behind. */
  project(x: number, y: number, z: number): Vector {
    const [right, up, back] = this.rotation;
    const [dx, dy, dz] = [x - this.target[0], y - this.target[1], z - this.target[2]];
    const depth = this.distance - (back[0] * dx + back[1] * dy + back[2] * dz);
    const scale = this.focus / depth;
    return [
      this.width / 2 + (right[0] * dx + right[1] * dy + right[2] * dz) * scale,
      this.height / 2 - (up[0] * dx + up[1] * dy + up[2] * dz) * scale,
      depth,
    ];
  }

  /** Return the same as a matrix, column by column, for the graphics card. */
  matrix(): number[] {
    const [right, up, back] = this.rotation;
    const dot = (row: Vector): number => row[0] * this.target[0] + row[1] * this.target[1] + row[2] * this.target[2];
    const sx = this.focus / (this.width / 2);
    const sy = this.focus / (this.height / 2);
    const [near, far] = [this.distance * 0.02, this.distance + 6];
    const a = -(far + near) / (far - near);
    const b = (-2 * far * near) / (far - near);
    const columns: number[] = [];
    for (let axis = 0; axis < 3; axis++) {
      columns.push(sx * right[axis]!, sy * up[axis]!, a * back[axis]!, -back[axis]!);
    }
    columns.push(
      -sx * dot(right),
      -sy * dot(up),
      a * (-dot(back) - this.distance) + b,
      dot(back) + this.distance,
    );
    return columns;
  }

  private shift(right: number, up: number): void {
    for (let axis = 0; axis < 3; axis++) {
      this.target[axis]! += this.rotation[0][axis]! * right + this.rotation[1][axis]! * up;
    }
  }
}

/** Turn a rotation about the screen's x (0) or y (1) axis. */
export function turned(rotation: Rotation, axis: 0 | 1, angle: number): Rotation {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [right, up, back] = rotation;
  const mixed = (a: Vector, b: Vector, s: number, t: number): Vector => [
    a[0] * s + b[0] * t,
    a[1] * s + b[1] * t,
    a[2] * s + b[2] * t,
  ];
  return upright(
    axis === 1
      ? [mixed(right, back, cos, sin), up, mixed(right, back, -sin, cos)]
      : [right, mixed(up, back, cos, -sin), mixed(up, back, sin, cos)],
  );
}

/** Return the state a share of the way between two. */
export function between(from: CameraState, to: CameraState, share: number): CameraState {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  const vector = (a: Vector, b: Vector): Vector => [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])];
  return {
    target: vector(from.target, to.target),
    distance: Math.exp(mix(Math.log(from.distance), Math.log(to.distance))),
    rotation:
      share >= 1
        ? to.rotation
        : upright(from.rotation.map((row, axis) => vector(row, to.rotation[axis]!)) as Rotation),
  };
}

/** Make rows orthonormal again (Gram-Schmidt). */
function upright([right, up, back]: Rotation): Rotation {
  const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const unit = (a: Vector): Vector => {
    const length = Math.sqrt(dot(a, a)) || 1;
    return [a[0] / length, a[1] / length, a[2] / length];
  };
  const without = (a: Vector, b: Vector): Vector => {
    const share = dot(a, b);
    return [a[0] - b[0] * share, a[1] - b[1] * share, a[2] - b[2] * share];
  };
  const first = unit(right);
  const second = unit(without(up, first));
  return [first, second, unit(without(without(back, first), second))];
}

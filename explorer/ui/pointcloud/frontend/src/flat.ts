/** A painter for browsers without WebGL2: slower, and the same picture. */

import type { Camera } from "./camera.ts";
import type { Rgb } from "./colors.ts";
import { type DensityMode, REACH } from "./density.ts";
import { heatOf } from "./density-layer.ts";
import type { Marking, Painter } from "./painter.ts";
import { ATLAS, CELL, type Shown } from "./pictures.ts";
import { nearnessOf, opacityOf, OUTSIDE, sizeOf, type Style } from "./style.ts";

const css = ([red, green, blue]: Rgb): string => `rgb(${red * 255} ${green * 255} ${blue * 255})`;

export class Flat implements Painter {
  private readonly context: CanvasRenderingContext2D;
  private positions: Float32Array = new Float32Array();
  private before: Float32Array | null = null;
  private shades: Uint8Array | Uint16Array = new Uint8Array();
  private palette: Uint8Array = new Uint8Array();
  private sizes: Uint8Array | null = null;
  private opacities: Uint8Array | null = null;
  private outside: Uint8Array | null = null;
  private isGroundShown = true;
  private marking: Marking = { positions: new Float32Array(), shapes: new Uint8Array(), sizes: new Float32Array() };
  private density: Float32Array | null = null;
  private shown: Shown | null = null;
  private atlas: HTMLCanvasElement | null = null;
  private ratio = 1;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  setPositions(positions: Float32Array, before: Float32Array | null): void {
    this.positions = positions;
    this.before = before;
  }

  setShades(shades: Uint8Array | Uint16Array): void {
    this.shades = shades;
  }

  setPalette(colors: Uint8Array): void {
    this.palette = colors;
  }

  setWeights(sizes: Uint8Array | null, opacities: Uint8Array | null): void {
    this.sizes = sizes;
    this.opacities = opacities;
  }

  setDensity(cells: Float32Array | null, _mode: DensityMode): void {
    this.density = cells; // lines are heat here
  }

  setOutside(outside: Uint8Array | null, isShown: boolean): void {
    this.outside = outside;
    this.isGroundShown = isShown;
  }

  setMarks(marking: Marking): void {
    this.marking = marking;
  }

  putPicture(cell: number, bitmap: ImageBitmap): void {
    if (!this.atlas) {
      this.atlas = document.createElement("canvas");
      this.atlas.width = ATLAS.across * CELL;
      this.atlas.height = ATLAS.down * CELL;
    }
    this.atlas.getContext("2d")!.drawImage(bitmap, ...cornerOf(cell));
  }

  setPictures(shown: Shown): void {
    this.shown = shown;
  }

  draw(camera: Camera, style: Style, share: number): void {
    const { context, palette, positions, before } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = css(style.ground);
    context.fillRect(0, 0, camera.width, camera.height);
    if (this.density && style.depth === 0 && share === 1) {
      const [left, top] = camera.project(-REACH, REACH, 0);
      const side = 2 * REACH * camera.scale;
      context.drawImage(heatOf(this.density, style.ink), left, top, side, side);
    }
    context.globalAlpha = style.opacity;
    const place = (at: number): number =>
      before ? before[at]! + (positions[at]! - before[at]!) * share : positions[at]!;
    if (this.outside && this.isGroundShown) this.drawGround(camera, style, place);
    // by color: setting a fill style for each point would take most of the time
    const rows = new Map<number, number[]>();
    for (let row = 0; row < positions.length / 3; row++) {
      if (this.outside?.[row]) continue;
      const shade = this.shades[row] ?? 0;
      const group = rows.get(shade);
      if (group) group.push(row);
      else rows.set(shade, [row]);
    }
    for (const [shade, group] of rows) {
      if (!palette[4 * shade + 3]) continue;
      context.fillStyle = `rgb(${palette.slice(4 * shade, 4 * shade + 3).join(" ")})`;
      for (const row of group) {
        const [x, y, depth] = camera.project(place(3 * row), place(3 * row + 1), place(3 * row + 2));
        if (depth <= 0 || x < -9 || y < -9 || x > camera.width + 9 || y > camera.height + 9) continue;
        const nearness = style.depth ? nearnessOf(camera.distance, depth) : 1;
        const size = style.size * nearness * (this.sizes ? sizeOf(this.sizes[row]!) : 1);
        if (this.opacities) context.globalAlpha = style.opacity * opacityOf(this.opacities[row]!);
        context.beginPath();
        context.arc(x, y, size / 2, 0, 2 * Math.PI);
        context.fill();
      }
    }
    this.drawMarks(camera, style);
    this.drawPictures(camera);
  }

  dispose(): void {
    this.canvas.width = this.canvas.height = 0;
  }

  private drawGround(camera: Camera, style: Style, place: (at: number) => number): void {
    const { context, palette } = this;
    context.fillStyle = css(style.ink);
    context.globalAlpha = style.outside;
    this.outside!.forEach((isOutside, row) => {
      if (!isOutside || !palette[4 * (this.shades[row] ?? 0) + 3]) return;
      const [x, y, depth] = camera.project(place(3 * row), place(3 * row + 1), place(3 * row + 2));
      if (depth <= 0 || x < -9 || y < -9 || x > camera.width + 9 || y > camera.height + 9) return;
      context.beginPath();
      context.arc(x, y, (style.size * OUTSIDE.size) / 2, 0, 2 * Math.PI);
      context.fill();
    });
    context.globalAlpha = style.opacity;
  }

  private drawPictures(camera: Camera): void {
    const { context, atlas, shown } = this;
    if (!atlas || !shown) return;
    shown.cells.forEach((cell, index) => {
      const [x, y, depth] = camera.project(...(shown.positions.subarray(3 * index, 3 * index + 3) as unknown as Rgb));
      if (depth <= 0) return;
      const [width, height] = shown.extents.subarray(2 * index, 2 * index + 2) as unknown as [number, number];
      const scale = shown.size / Math.max(width, height);
      const box = [x - (width * scale) / 2, y - (height * scale) / 2, width * scale, height * scale] as const;
      const [red, green, blue, rim] = shown.rims.subarray(4 * index, 4 * index + 4) as unknown as [number, number, number, number];
      context.globalAlpha = shown.clear[index]!;
      context.drawImage(atlas, ...cornerOf(cell), width, height, ...box);
      context.lineWidth = rim;
      context.strokeStyle = css([red, green, blue]);
      context.strokeRect(...box);
    });
  }

  private drawMarks(camera: Camera, style: Style): void {
    const { context, marking } = this;
    context.globalAlpha = 1;
    marking.shapes.forEach((shape, index) => {
      const [x, y, depth] = camera.project(...(marking.positions.subarray(3 * index, 3 * index + 3) as unknown as Rgb));
      if (depth <= 0) return;
      context.beginPath();
      context.arc(x, y, (marking.sizes[index]! + style.grown) / 2 - 1, 0, 2 * Math.PI);
      context.fillStyle = css(shape === 2 ? style.chosen : style.ink);
      if (shape) context.fill();
      context.lineWidth = shape === 1 ? 1 : 2;
      context.strokeStyle = css(shape === 1 ? style.ground : style.ink);
      context.stroke();
    });
  }
}

function cornerOf(cell: number): [number, number] {
  return [(cell % ATLAS.across) * CELL, Math.floor(cell / ATLAS.across) * CELL];
}

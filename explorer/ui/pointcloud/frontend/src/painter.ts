/** What draws points: the graphics card, or where there is none, the processor. */

import type { Camera } from "./camera.ts";
import type { DensityMode } from "./density.ts";
import type { Shown } from "./pictures.ts";
import type { Style } from "./style.ts";

/** What stands out. Shapes: 0 a hit, 1 a neighbor, 2 selected; sizes in pixels. */
export interface Marking {
  positions: Float32Array;
  shapes: Uint8Array;
  sizes: Float32Array;
}

export interface Painter {
  readonly canvas: HTMLCanvasElement;
  resize(width: number, height: number, ratio: number): void;
  /** `before` is where the points come from while they move. */
  setPositions(positions: Float32Array, before: Float32Array | null): void;
  /** Of each point, its color's place in the palette. */
  setShades(shades: Uint8Array | Uint16Array): void;
  /** RGBA bytes; an alpha of 0 hides the points. */
  setPalette(colors: Uint8Array): void;
  /** Size and opacity by number: shares of 255, or null. */
  setWeights(sizes: Uint8Array | null, opacities: Uint8Array | null): void;
  /** Shares of a density below the points, or null. */
  setDensity(cells: Float32Array | null, mode: DensityMode): void;
  /** 1 for each point that a filter leaves out: those are a faint ground, or not drawn. */
  setOutside(outside: Uint8Array | null, isShown: boolean): void;
  setMarks(marking: Marking): void;
  /** Put a picture into a cell of the atlas. */
  putPicture(cell: number, bitmap: ImageBitmap): void;
  setPictures(shown: Shown): void;
  /** `share` of the way from before to now; `detail`: the share of the points to draw, while all moves. */
  draw(camera: Camera, style: Style, share: number, detail: number): void;
  dispose(): void;
}

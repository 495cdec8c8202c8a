/** The points on the graphics card, in WebGL2. Draws when told to, never by itself. */

import type { Camera } from "./camera.ts";
import type { DensityMode } from "./density.ts";
import { DensityLayer } from "./density-layer.ts";
import { Layer } from "./layer.ts";
import type { Marking, Painter } from "./painter.ts";
import { ATLAS, CELL, type Shown } from "./pictures.ts";
import {
  MARK_FRAGMENT,
  MARK_VERTEX,
  PICTURE_FRAGMENT,
  PICTURE_VERTEX,
  POINT_FRAGMENT,
  POINT_VERTEX,
} from "./shaders.ts";
import type { Style } from "./style.ts";

const PALETTE_WIDTH = 256;
const GOLDEN = 0.6180339887;

/** Fewer points than this are always all drawn. */
export const LEAST_DRAWN = 20_000;

export class Scene implements Painter {
  private readonly gl: WebGL2RenderingContext;
  private readonly points: Layer;
  private readonly marks: Layer;
  private readonly pictures: Layer;
  private readonly density: DensityLayer;
  private n = 0;
  private sized = [0, 0];
  private hasGround = false;
  private marked = 0;
  private pictured = 0;
  private pictureSize = 0;
  private hasAtlas = false;
  private ratio = 1;

  /** Throws where there is no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: true,
      powerPreference: "high-performance",
    });
    if (!gl) throw new Error("This browser has no WebGL2.");
    this.gl = gl;
    this.points = new Layer(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.marks = new Layer(gl, MARK_VERTEX, MARK_FRAGMENT);
    this.pictures = new Layer(gl, PICTURE_VERTEX, PICTURE_FRAGMENT);
    this.density = new DensityLayer(gl);
    this.begin();
    canvas.addEventListener("webglcontextrestored", () => {
      for (const layer of [this.points, this.marks, this.pictures, this.density]) layer.forget();
      this.begin();
    });
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.floor(width * ratio);
    this.canvas.height = Math.floor(height * ratio);
  }

  setPositions(positions: Float32Array, before: Float32Array | null): void {
    const n = positions.length / 3;
    if (n !== this.n) {
      for (const name of ["shade", "weight", "clear", "outside"]) this.points.set(name, null);
      this.points.setOrder(n > LEAST_DRAWN ? spread(n) : null);
      this.n = n;
    }
    this.points.set("position", positions, 3);
    this.points.set("before", before ?? positions, 3); // one buffer serves as both while nothing moves
  }

  setShades(shades: Uint8Array | Uint16Array): void {
    this.points.set("shade", shades);
  }

  setPalette(colors: Uint8Array): void {
    const height = Math.max(1, Math.ceil(colors.length / 4 / PALETTE_WIDTH));
    const texels = new Uint8Array(PALETTE_WIDTH * height * 4);
    texels.set(colors);
    this.points.setImage({ width: PALETTE_WIDTH, height, texels, isSmooth: false });
  }

  setWeights(sizes: Uint8Array | null, opacities: Uint8Array | null): void {
    this.points.set("weight", sizes, 1, true);
    this.points.set("clear", opacities, 1, true);
    this.sized = [sizes ? 1 : 0, opacities ? 1 : 0];
  }

  setDensity(cells: Float32Array | null, mode: DensityMode): void {
    this.density.setCells(cells, mode);
  }

  setOutside(outside: Uint8Array | null, isShown: boolean): void {
    this.points.set("outside", outside);
    this.hasGround = outside !== null && isShown;
  }

  setMarks({ positions, shapes, sizes }: Marking): void {
    this.marks.set("position", positions, 3);
    this.marks.set("shape", shapes);
    this.marks.set("pixels", sizes);
    this.marked = shapes.length;
  }

  putPicture(cell: number, bitmap: ImageBitmap): void {
    if (!this.hasAtlas) {
      // only a map that shows pictures has one
      this.pictures.setImage({ width: ATLAS.across * CELL, height: ATLAS.down * CELL, texels: null, isSmooth: true });
      this.hasAtlas = true;
    }
    this.pictures.putIntoImage((cell % ATLAS.across) * CELL, Math.floor(cell / ATLAS.across) * CELL, bitmap);
  }

  setPictures({ positions, cells, extents, rims, clear, size }: Shown): void {
    this.pictured = cells.length;
    this.pictureSize = size;
    this.pictures.set("position", positions, 3);
    this.pictures.set("cell", cells);
    this.pictures.set("extent", extents, 2);
    this.pictures.set("rim", rims, 4);
    this.pictures.set("clear", clear);
  }

  draw(camera: Camera, style: Style, share: number, detail: number): void {
    const { gl, ratio } = this;
    const shown = Math.min(this.n, Math.max(LEAST_DRAWN, Math.round(this.n * detail)));
    const matrix = camera.matrix();
    const { depth, ground, ink, chosen, grown } = style;
    const inSpace = depth > 0;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(...ground, 1);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.testDepth(false, false);
    // while points are on their way there is no density to show
    if (!inSpace && share === 1) this.density.drawCells(matrix, style, ratio);
    const points = {
      ...{ camera: matrix, away: camera.distance, share, depth, ground },
      ...{ size: style.size * ratio, sized: this.sized, quiet: [...ink, style.outside] },
    };
    if (this.hasGround) {
      this.testDepth(inSpace, false); // a ground hides nothing
      this.points.draw(shown, { ...points, side: 1, opacity: 1 });
    }
    this.testDepth(inSpace, inSpace);
    this.points.draw(shown, { ...points, side: 0, opacity: style.opacity });
    this.testDepth(false, false);
    this.marks.draw(this.marked, { camera: matrix, ratio, grown, ink, ground, chosen });
    // a picture stands before the mark of its point, and its rim says the same
    this.pictures.draw(this.pictured, {
      ...{ camera: matrix, ratio, pixels: this.pictureSize * ratio },
      ...{ cells: [ATLAS.across, ATLAS.down], side: CELL },
    });
  }

  dispose(): void {
    for (const layer of [this.points, this.marks, this.pictures, this.density]) layer.dispose();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has some 16 contexts
  }

  /** Say once what holds for all drawings. */
  private begin(): void {
    const { gl } = this;
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthFunc(gl.LEQUAL);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  /** Whether the nearest hides what is behind it, and whether what is drawn now hides what comes. */
  private testDepth(isTested: boolean, isKept: boolean): void {
    const { gl } = this;
    if (isTested) gl.enable(gl.DEPTH_TEST);
    else gl.disable(gl.DEPTH_TEST);
    gl.depthMask(isKept);
  }
}

/** Return all rows in an order of which each beginning is an even sample. */
export function spread(n: number): Uint32Array {
  const common = (a: number, b: number): number => (b ? common(b, a % b) : a);
  let step = Math.max(1, Math.round(n * GOLDEN));
  while (common(step, n) > 1) step++;
  const rows = new Uint32Array(n);
  for (let index = 0, row = 0; index < n; index++, row = (row + step) % n) rows[index] = row;
  return rows;
}

/** The density below the points, on the graphics card: contour lines or heat. */

import { type DensityMode, LINES, REACH, SIDE } from "./density.ts";
import { Layer } from "./layer.ts";
import type { Style } from "./style.ts";

const HEAT = 0.42; // opacity where points stand thickest
const LINE = [0.35, 0.85] as const; // opacity of the outermost line and of the innermost

const VERTEX = /* glsl */ `
uniform mat4 camera;
in vec3 position;
out vec2 place;

void main() {
  place = position.xy / ${(2 * REACH).toFixed(3)} + 0.5;
  gl_Position = camera * vec4(position, 1.0);
  gl_Position.z = 0.0;
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D shares;
uniform vec3 ink;
uniform float ratio;      // pixels of the device for one of the screen
uniform float heat;       // 1 for heat, 0 for lines
in vec2 place;
out vec4 color;

void main() {
  float share = texture(shares, place).r;
  if (heat > 0.5) {
    color = vec4(ink, ${HEAT} * smoothstep(0.02, 1.0, share));
    return;
  }
  float steep = max(fwidth(share), 1e-5);
  float alpha = 0.0;
  const float levels[${LINES.length}] = float[${LINES.length}](${LINES.map((one) => one.toFixed(3)).join(", ")});
  for (int at = 0; at < ${LINES.length}; at++) {
    float away = abs(share - levels[at]) / steep;
    float line = 1.0 - smoothstep(0.5 * ratio, 0.5 * ratio + 0.8, away);
    alpha = max(alpha, line * mix(${LINE[0]}, ${LINE[1]}, float(at) / ${(LINES.length - 1).toFixed(1)}));
  }
  if (alpha < 0.01) discard;
  color = vec4(ink, alpha);
}`;

const CORNERS = [-1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1];
const SQUARE = Float32Array.from({ length: 18 }, (_, at) => (at % 3 < 2 ? CORNERS[2 * Math.floor(at / 3) + (at % 3)]! * REACH : 0));

export class DensityLayer extends Layer {
  private isHeat = false;
  private isThere = false;

  constructor(gl: WebGL2RenderingContext) {
    super(gl, VERTEX, FRAGMENT, gl.TRIANGLES);
    this.set("position", SQUARE, 3);
  }

  setCells(cells: Float32Array | null, mode: DensityMode): void {
    this.isThere = cells !== null;
    this.isHeat = mode === "heat";
    this.setImage(cells && { width: SIDE, height: SIDE, texels: cells, isSmooth: true });
  }

  drawCells(camera: readonly number[], { ink }: Style, ratio: number): void {
    if (this.isThere) this.draw(SQUARE.length / 3, { camera, ink, ratio, heat: this.isHeat ? 1 : 0 });
  }
}

/** The same as heat on a canvas, for browsers without WebGL2 and for drawings. */
export function heatOf(cells: Float32Array, [red, green, blue]: readonly [number, number, number]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(SIDE, SIDE);
  cells.forEach((share, cell) => {
    const row = SIDE - 1 - Math.floor(cell / SIDE); // images begin above
    image.data.set([255 * red, 255 * green, 255 * blue, 255 * HEAT * share], 4 * (row * SIDE + (cell % SIDE)));
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The density below the points, on the graphics card: contour lines or heat. */

import {
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  DataTexture,
  DataUtils,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
  RedFormat,
  SrcAlphaFactor,
  Vector3,
} from "three";

import { type DensityMode, LINES, REACH, SIDE } from "./density.ts";
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

export class DensityLayer {
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  private texture: DataTexture | null = null;

  constructor() {
    const geometry = new BufferGeometry();
    const corners = [-1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1].flatMap((one, index) => (index % 2 ? [one, 0] : [one]));
    geometry.setAttribute("position", new BufferAttribute(Float32Array.from(corners, (one) => one * REACH), 3));
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        transparent: true,
        blending: CustomBlending,
        blendSrc: SrcAlphaFactor,
        blendDst: OneMinusSrcAlphaFactor,
        blendSrcAlpha: OneFactor,
        blendDstAlpha: OneMinusSrcAlphaFactor,
        depthTest: false,
        depthWrite: false,
        uniforms: {
          camera: { value: [] },
          shares: { value: null },
          ink: { value: new Vector3() },
          ratio: { value: 1 },
          heat: { value: 0 },
        },
      }),
    );
    this.mesh.visible = false;
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  set(cells: Float32Array | null, mode: DensityMode): void {
    this.texture?.dispose();
    this.texture = null;
    this.mesh.visible = cells !== null;
    if (!cells) return;
    // halves, because every WebGL2 interpolates them
    this.texture = new DataTexture(Uint16Array.from(cells, DataUtils.toHalfFloat), SIDE, SIDE, RedFormat, HalfFloatType);
    this.texture.minFilter = this.texture.magFilter = LinearFilter;
    this.texture.needsUpdate = true;
    const { uniforms } = this.mesh.material;
    uniforms["shares"]!.value = this.texture;
    uniforms["heat"]!.value = mode === "heat" ? 1 : 0;
  }

  /** Prepare for a drawing; while points are on their way there is no density to show. */
  dress(matrix: number[], { ink }: Style, ratio: number, isSettled: boolean): void {
    this.mesh.visible = this.texture !== null && isSettled;
    const { uniforms } = this.mesh.material;
    uniforms["camera"]!.value = matrix;
    uniforms["ratio"]!.value = ratio;
    (uniforms["ink"]!.value as Vector3).set(...ink);
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.texture?.dispose();
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

/** The points on the graphics card, by three.js. Draws when told to, never by itself. */

import {
  BufferAttribute,
  BufferGeometry,
  Camera as ThreeCamera,
  Color,
  CustomBlending,
  DataTexture,
  GLSL3,
  LinearFilter,
  NearestFilter,
  OneFactor,
  OneMinusSrcAlphaFactor,
  Points,
  RawShaderMaterial,
  RGBAFormat,
  Scene as ThreeScene,
  SrcAlphaFactor,
  SRGBColorSpace,
  Texture,
  UnsignedByteType,
  Vector2,
  Vector3,
  Vector4,
  WebGLRenderer,
} from "three";

import type { Camera } from "./camera.ts";
import type { DensityMode } from "./density.ts";
import { DensityLayer } from "./density-layer.ts";
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

const blending = {
  transparent: true,
  blending: CustomBlending,
  blendSrc: SrcAlphaFactor,
  blendDst: OneMinusSrcAlphaFactor,
  blendSrcAlpha: OneFactor,
  blendDstAlpha: OneMinusSrcAlphaFactor,
};

export class Scene implements Painter {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new ThreeScene();
  private readonly camera = new ThreeCamera();
  private readonly cloud: Points<BufferGeometry, RawShaderMaterial>;
  /** The same points again: those that a filter leaves out, drawn first. */
  private readonly outside: Points<BufferGeometry, RawShaderMaterial>;
  private readonly marks: Points<BufferGeometry, RawShaderMaterial>;
  private readonly pictures: Points<BufferGeometry, RawShaderMaterial>;
  private readonly density = new DensityLayer();
  private palette = new DataTexture();
  private atlas: DataTexture | null = null;
  private pictureSize = 0;
  private ratio = 1;

  /** Throws where there is no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: true,
      powerPreference: "high-performance",
    });
    if (!context) throw new Error("This browser has no WebGL2.");
    this.renderer = new WebGLRenderer({ canvas, context, antialias: false });
    this.renderer.sortObjects = false; // the marks are added last, so they are drawn on top
    this.cloud = new Points(
      new BufferGeometry(),
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: POINT_VERTEX,
        fragmentShader: POINT_FRAGMENT,
        ...blending,
        uniforms: {
          camera: { value: [] },
          away: { value: 1 },
          share: { value: 1 },
          size: { value: 4 },
          depth: { value: 0 },
          sized: { value: new Vector2() },
          opacity: { value: 1 },
          ground: { value: new Vector3() },
          palette: { value: this.palette },
          side: { value: 0 },
          quiet: { value: new Vector4() },
        },
      }),
    );
    const { geometry, material } = this.cloud;
    this.outside = new Points(geometry, material.clone());
    // one value serves both, but which points are meant and how opaque they are
    const own = { side: { value: 1 }, opacity: { value: 1 } };
    Object.assign(this.outside.material.uniforms, material.uniforms, own);
    this.outside.visible = false;
    this.marks = new Points(
      new BufferGeometry(),
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: MARK_VERTEX,
        fragmentShader: MARK_FRAGMENT,
        ...blending,
        depthTest: false,
        depthWrite: false,
        uniforms: {
          camera: { value: [] },
          ratio: { value: 1 },
          grown: { value: 0 },
          ink: { value: new Vector3() },
          ground: { value: new Vector3() },
          chosen: { value: new Vector3() },
        },
      }),
    );
    this.pictures = new Points(
      new BufferGeometry(),
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: PICTURE_VERTEX,
        fragmentShader: PICTURE_FRAGMENT,
        ...blending,
        depthTest: false,
        depthWrite: false,
        uniforms: {
          camera: { value: [] },
          pixels: { value: 0 },
          ratio: { value: 1 },
          atlas: { value: null },
          cells: { value: new Vector2(ATLAS.across, ATLAS.down) },
          side: { value: CELL },
        },
      }),
    );
    this.pictures.visible = false;
    this.scene.add(this.density.mesh);
    // in this order they are drawn: a picture stands before the mark of its point, and its rim says the same
    for (const points of [this.outside, this.cloud, this.marks, this.pictures]) {
      points.frustumCulled = false;
      points.matrixAutoUpdate = false;
      this.scene.add(points);
    }
    this.scene.matrixWorldAutoUpdate = false;
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
  }

  setPositions(positions: Float32Array, before: Float32Array | null): void {
    const { geometry } = this.cloud;
    const now = geometry.getAttribute("position") as BufferAttribute | undefined;
    if (now?.array !== positions) {
      this.renewed(geometry, positions.length / 3);
      geometry.setAttribute("position", new BufferAttribute(positions, 3));
    }
    const settled = geometry.getAttribute("position");
    // one buffer serves as both while nothing moves
    if (before) geometry.setAttribute("before", new BufferAttribute(before, 3));
    else if (geometry.getAttribute("before") !== settled) {
      geometry.setAttribute("before", settled);
    }
  }

  setShades(shades: Uint8Array | Uint16Array): void {
    this.set("shade", shades, false);
  }

  setPalette(colors: Uint8Array): void {
    const rows = Math.max(1, Math.ceil(colors.length / 4 / PALETTE_WIDTH));
    const texels = new Uint8Array(PALETTE_WIDTH * rows * 4);
    texels.set(colors);
    this.palette.dispose();
    this.palette = new DataTexture(texels, PALETTE_WIDTH, rows, RGBAFormat, UnsignedByteType);
    this.palette.minFilter = this.palette.magFilter = NearestFilter;
    this.palette.needsUpdate = true;
    this.cloud.material.uniforms["palette"]!.value = this.palette;
  }

  setWeights(sizes: Uint8Array | null, opacities: Uint8Array | null): void {
    this.set("weight", sizes, true);
    this.set("clear", opacities, true);
    (this.cloud.material.uniforms["sized"]!.value as Vector2).set(sizes ? 1 : 0, opacities ? 1 : 0);
  }

  setDensity(cells: Float32Array | null, mode: DensityMode): void {
    this.density.set(cells, mode);
  }

  setOutside(outside: Uint8Array | null, isShown: boolean): void {
    this.set("outside", outside, false);
    this.outside.visible = outside !== null && isShown;
  }

  setMarks({ positions, shapes, sizes }: Marking): void {
    const { geometry } = this.marks;
    geometry.dispose();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("shape", new BufferAttribute(shapes, 1));
    geometry.setAttribute("pixels", new BufferAttribute(sizes, 1));
    geometry.setDrawRange(0, shapes.length);
    this.marks.visible = shapes.length > 0;
  }

  putPicture(cell: number, bitmap: ImageBitmap): void {
    this.atlas ??= this.newAtlas();
    const picture = new Texture(bitmap);
    picture.flipY = false;
    picture.generateMipmaps = false;
    const place = new Vector2((cell % ATLAS.across) * CELL, Math.floor(cell / ATLAS.across) * CELL);
    this.renderer.copyTextureToTexture(picture, this.atlas, null, place);
    picture.dispose();
  }

  setPictures({ positions, cells, extents, rims, clear, size }: Shown): void {
    const { geometry } = this.pictures;
    this.pictures.visible = cells.length > 0;
    this.pictureSize = size;
    if (!cells.length) return;
    geometry.dispose();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("cell", new BufferAttribute(cells, 1));
    geometry.setAttribute("extent", new BufferAttribute(extents, 2));
    geometry.setAttribute("rim", new BufferAttribute(rims, 4));
    geometry.setAttribute("clear", new BufferAttribute(clear, 1));
    geometry.setDrawRange(0, cells.length);
  }

  draw(camera: Camera, style: Style, share: number, detail: number): void {
    const n = this.cloud.geometry.getAttribute("position")?.count ?? 0;
    this.cloud.geometry.setDrawRange(0, Math.min(n, Math.max(LEAST_DRAWN, Math.round(n * detail))));
    const matrix = camera.matrix();
    const inSpace = style.depth > 0;
    const { uniforms } = this.cloud.material;
    uniforms["camera"]!.value = matrix;
    uniforms["away"]!.value = camera.distance;
    uniforms["share"]!.value = share;
    uniforms["size"]!.value = style.size * this.ratio;
    uniforms["depth"]!.value = style.depth;
    uniforms["opacity"]!.value = style.opacity;
    (uniforms["ground"]!.value as Vector3).set(...style.ground);
    (uniforms["quiet"]!.value as Vector4).set(...style.ink, style.outside);
    this.outside.material.depthTest = inSpace;
    this.outside.material.depthWrite = false; // a ground hides nothing
    this.cloud.material.depthTest = this.cloud.material.depthWrite = inSpace;
    this.density.dress(matrix, style, this.ratio, !inSpace && share === 1);
    const marks = this.marks.material.uniforms;
    marks["camera"]!.value = matrix;
    marks["ratio"]!.value = this.ratio;
    marks["grown"]!.value = style.grown;
    (marks["ink"]!.value as Vector3).set(...style.ink);
    (marks["ground"]!.value as Vector3).set(...style.ground);
    (marks["chosen"]!.value as Vector3).set(...style.chosen);
    const pictures = this.pictures.material.uniforms;
    pictures["camera"]!.value = matrix;
    pictures["pixels"]!.value = this.pictureSize * this.ratio;
    pictures["ratio"]!.value = this.ratio;
    this.renderer.setClearColor(new Color().setRGB(...style.ground, SRGBColorSpace), 1);
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.cloud.geometry.dispose();
    this.marks.geometry.dispose();
    this.pictures.geometry.dispose();
    this.density.dispose();
    this.palette.dispose();
    this.atlas?.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  /** Only a map that shows pictures has one. */
  private newAtlas(): DataTexture {
    const atlas = new DataTexture(null, ATLAS.across * CELL, ATLAS.down * CELL, RGBAFormat, UnsignedByteType);
    atlas.minFilter = atlas.magFilter = LinearFilter;
    atlas.needsUpdate = true;
    this.pictures.material.uniforms["atlas"]!.value = atlas;
    return atlas;
  }

  private set(name: string, values: Uint8Array | Uint16Array | null, isShare: boolean): void {
    const { geometry } = this.cloud;
    const now = geometry.getAttribute(name) as BufferAttribute | undefined;
    if (!values) {
      if (now) geometry.deleteAttribute(name);
    } else if (now?.array !== values) {
      geometry.setAttribute(name, new BufferAttribute(values, 1, isShare));
    }
  }

  /** Forget the buffers of another number of points. */
  private renewed(geometry: BufferGeometry, n: number): void {
    const now = geometry.getAttribute("position") as BufferAttribute | undefined;
    if (now) geometry.dispose();
    if (now?.count === n) return;
    for (const name of Object.keys(geometry.attributes)) geometry.deleteAttribute(name);
    geometry.setIndex(n > LEAST_DRAWN ? new BufferAttribute(spread(n), 1) : null);
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

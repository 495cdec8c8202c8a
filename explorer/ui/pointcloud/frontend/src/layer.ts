/**
 * What is drawn by one pair of shaders, in WebGL2 itself: attributes, uniforms, one texture.
 *
 * A layer keeps the arrays it was given, and makes its program, buffers and texture when it draws. So
 * it draws again by itself after the graphics card was lost and has come back: `forget` is all it takes.
 */

export type Values = Float32Array | Uint8Array | Uint16Array;
export type Uniform = number | readonly number[];

/** A texture: bytes of RGBA, or one number a texel; null: reserved, and filled bit by bit. */
export interface Image {
  width: number;
  height: number;
  texels: Uint8Array | Float32Array | null;
  isSmooth: boolean;
}

interface Attribute {
  values: Values;
  size: number;
  isShare: boolean;
}

/** What is on the graphics card. */
interface Made {
  program: WebGLProgram;
  array: WebGLVertexArrayObject;
  uniforms: Map<string, { type: number; at: WebGLUniformLocation }>;
  buffers: Map<Values | Uint32Array, WebGLBuffer>;
  texture: WebGLTexture | null;
}

export class Layer {
  private readonly attributes = new Map<string, Attribute>();
  private readonly names: readonly string[];
  private order: Uint32Array | null = null;
  private image: Image | null = null;
  private made: Made | null = null;
  private isChanged = true;

  /** `mode`: points, unless told otherwise. The first attribute must always be there. */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly vertex: string,
    private readonly fragment: string,
    private readonly mode: number = gl.POINTS,
  ) {
    this.names = [...vertex.matchAll(/^in \w+ (\w+);/gm)].map((found) => found[1]!);
  }

  /** The values of an attribute, as they were given. */
  get(name: string): Values | null {
    return this.attributes.get(name)?.values ?? null;
  }

  /** Give each point `size` numbers; without values all have 0. `isShare`: bytes are shares of 255. */
  set(name: string, values: Values | null, size = 1, isShare = false): void {
    if (this.get(name) === values) return;
    if (values) this.attributes.set(name, { values, size, isShare });
    else this.attributes.delete(name);
    this.isChanged = true;
  }

  /** Draw points in this order; as they stand by default. */
  setOrder(order: Uint32Array | null): void {
    this.order = order;
    this.isChanged = true;
  }

  setImage(image: Image | null): void {
    this.dropImage();
    this.image = image;
  }

  /** Put a picture into the image, at a place in pixels. */
  putIntoImage(x: number, y: number, bitmap: ImageBitmap): void {
    const { gl } = this;
    if (!this.textured()) return;
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  }

  /** Draw the first `count` points. */
  draw(count: number, uniforms: Readonly<Record<string, Uniform>>): void {
    const { gl } = this;
    if (!count || gl.isContextLost()) return;
    const made = (this.made ??= this.make());
    gl.useProgram(made.program);
    gl.bindVertexArray(made.array);
    if (this.isChanged) this.send(made);
    this.textured();
    for (const [name, { type, at }] of made.uniforms) assign(gl, type, at, uniforms[name] ?? 0);
    if (this.order) gl.drawElements(this.mode, count, gl.UNSIGNED_INT, 0);
    else gl.drawArrays(this.mode, 0, count);
    gl.bindVertexArray(null);
  }

  /** The graphics card has lost all that was there. */
  forget(): void {
    this.made = null;
    this.isChanged = true;
  }

  dispose(): void {
    const { gl, made } = this;
    if (!made) return;
    this.dropImage();
    for (const buffer of made.buffers.values()) gl.deleteBuffer(buffer);
    gl.deleteVertexArray(made.array);
    gl.deleteProgram(made.program);
    this.forget();
  }

  private make(): Made {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, text] of [[gl.VERTEX_SHADER, this.vertex], [gl.FRAGMENT_SHADER, this.fragment]] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, `#version 300 es\n${text}`);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader); // it goes with its program
    }
    // the first attribute is always there: a card may be slow where the place 0 is empty
    this.names.forEach((name, place) => gl.bindAttribLocation(program, place, name));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const told = gl.getAttachedShaders(program)?.map((shader) => gl.getShaderInfoLog(shader)) ?? [];
      throw new Error(`The shaders do not link: ${[gl.getProgramInfoLog(program), ...told].join("\n")}`);
    }
    const uniforms: Made["uniforms"] = new Map();
    const count = (gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) as number | null) ?? 0;
    for (let index = 0; index < count; index++) {
      const found = gl.getActiveUniform(program, index);
      const at = found && gl.getUniformLocation(program, found.name);
      if (at) uniforms.set(found.name, { type: found.type, at });
    }
    return { program, uniforms, array: gl.createVertexArray(), buffers: new Map(), texture: this.made?.texture ?? null };
  }

  /** Send what is not there yet, and take away what is no longer needed. */
  private send({ buffers }: Made): void {
    const { gl } = this;
    const needed = new Set<unknown>([this.order, ...[...this.attributes.values()].map(({ values }) => values)]);
    for (const [values, buffer] of buffers) {
      if (needed.has(values)) continue;
      gl.deleteBuffer(buffer);
      buffers.delete(values);
    }
    const bind = (target: number, values: Values | Uint32Array): void => {
      const known = buffers.get(values);
      const buffer = known ?? gl.createBuffer();
      gl.bindBuffer(target, buffer);
      if (known) return;
      gl.bufferData(target, values as AllowSharedBufferSource, gl.STATIC_DRAW);
      buffers.set(values, buffer);
    };
    this.names.forEach((name, place) => {
      const attribute = this.attributes.get(name);
      if (!attribute) return gl.disableVertexAttribArray(place); // then all points have 0
      const { values, size, isShare } = attribute;
      bind(gl.ARRAY_BUFFER, values);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, typeOf(gl, values), isShare, 0, 0);
    });
    if (this.order) bind(gl.ELEMENT_ARRAY_BUFFER, this.order);
    this.isChanged = false;
  }

  /** Bind the texture, and make it if it is not there yet. Returns whether there is one. */
  private textured(): boolean {
    const { gl, image } = this;
    if (!image || gl.isContextLost()) return false;
    const made = (this.made ??= this.make());
    if (made.texture) {
      gl.bindTexture(gl.TEXTURE_2D, made.texture);
      return true;
    }
    const { width, height, texels, isSmooth } = image;
    made.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made.texture);
    if (texels instanceof Float32Array) {
      // kept as halves, because every WebGL2 interpolates them
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16F, width, height, 0, gl.RED, gl.FLOAT, texels);
    } else {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    }
    const filter = isSmooth ? gl.LINEAR : gl.NEAREST;
    for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, filter);
    for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
    return true;
  }

  private dropImage(): void {
    if (!this.made?.texture) return;
    this.gl.deleteTexture(this.made.texture);
    this.made.texture = null;
  }
}

function typeOf(gl: WebGL2RenderingContext, values: Values): number {
  if (values instanceof Float32Array) return gl.FLOAT;
  return values instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.UNSIGNED_SHORT;
}

function assign(gl: WebGL2RenderingContext, type: number, at: WebGLUniformLocation, value: Uniform): void {
  if (type === gl.SAMPLER_2D) gl.uniform1i(at, 0);
  else if (typeof value === "number") gl.uniform1f(at, value);
  else if (type === gl.FLOAT_MAT4) gl.uniformMatrix4fv(at, false, value);
  else if (type === gl.FLOAT_VEC2) gl.uniform2fv(at, value);
  else if (type === gl.FLOAT_VEC3) gl.uniform3fv(at, value);
  else gl.uniform4fv(at, value);
}

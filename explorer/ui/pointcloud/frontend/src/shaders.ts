/** The shaders: a point is a disc with a soft edge; a mark is a disc with a rim, or a ring. */

import { HAZE, NEARNESS, OPACITIES, OUTSIDE, SIZES } from "./style.ts";

/** Numbers as GLSL writes them, with a point. */
const glsl = (numbers: readonly number[]): string => numbers.map((one) => one.toFixed(4)).join(", ");

export const POINT_VERTEX = /* glsl */ `
uniform mat4 camera;
uniform float away;       // of the camera from its target
uniform float share;      // of the way from the old place to the new
uniform float size;       // pixels of the screen
uniform float depth;      // 1 in space, 0 on the plane
uniform vec2 sized;       // by number: 1 if so; opacity by number: 1 if so
uniform sampler2D palette;
uniform float side;       // 0: what a filter keeps; 1: the ground, what it leaves out
uniform vec4 quiet;       // the ground's color, and how clear it is
in vec3 position;
in vec3 before;
in float shade;
in float weight;
in float clear;
in float outside;         // 1 where a filter leaves the point out; 0 without a filter
out vec4 tint;
out float pixels;
out float haze;

void main() {
  gl_Position = camera * vec4(mix(before, position, share), 1.0);
  int at = int(shade);
  tint = texelFetch(palette, ivec2(at & 255, at >> 8), 0);
  tint.a *= mix(1.0, mix(${glsl(OPACITIES)}, clear), sized.y);
  float nearness = away / max(gl_Position.w, 1e-6);
  pixels = size * mix(1.0, mix(${glsl(SIZES)}, weight), sized.x) * mix(1.0, clamp(nearness, ${glsl(NEARNESS)}), depth);
  haze = depth * clamp((gl_Position.w - away) * ${glsl([HAZE.slope])}, 0.0, ${glsl([HAZE.most])});
  if (side > 0.5) {
    pixels *= ${glsl([OUTSIDE.size])};
    tint = vec4(quiet.rgb, quiet.a * step(0.004, tint.a));
  }
  gl_PointSize = pixels + 1.0;
  if (abs(outside - side) > 0.5) tint.a = 0.0;
  if (tint.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);  // switched off, or on the other side
}`;

export const POINT_FRAGMENT = /* glsl */ `
precision highp float;
uniform float opacity;
uniform vec3 ground;
in vec4 tint;
in float pixels;
in float haze;
out vec4 color;

void main() {
  float edge = pixels * 0.5 + 0.5 - length(gl_PointCoord - 0.5) * (pixels + 1.0);
  if (edge <= 0.0) discard;
  color = vec4(mix(tint.rgb, ground, haze), tint.a * opacity * min(edge, 1.0));
}`;

export const PICTURE_VERTEX = /* glsl */ `
uniform mat4 camera;
uniform float pixels;     // of the device, for the longer side
in vec3 position;
in float cell;
in vec2 extent;           // pixels of the atlas
in vec4 rim;              // its color, and how many pixels of the screen
in float clear;
out float at;
out vec2 wide;
out vec4 edge;
out float shown;

void main() {
  gl_Position = camera * vec4(position, 1.0);
  gl_Position.z = 0.0;
  gl_PointSize = pixels;
  at = cell;
  wide = extent;
  edge = rim;
  shown = clear;
}`;

export const PICTURE_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D atlas;
uniform vec2 cells;       // across and down
uniform float side;       // pixels of a cell
uniform float pixels;
uniform float ratio;
in float at;
in vec2 wide;
in vec4 edge;
in float shown;
out vec4 color;

void main() {
  vec2 part = wide / max(wide.x, wide.y);
  vec2 inside = (gl_PointCoord - 0.5) / part + 0.5;
  if (any(lessThan(inside, vec2(0.0))) || any(greaterThan(inside, vec2(1.0)))) discard;
  vec2 pixel = clamp(inside * wide, vec2(0.5), wide - 0.5);
  float place = floor(at + 0.5);
  vec2 corner = vec2(mod(place, cells.x), floor(place / cells.x)) * side;
  vec3 seen = texture(atlas, (corner + pixel) / (cells * side)).rgb;
  vec2 away = min(inside, 1.0 - inside) * part * pixels;
  float border = clamp(edge.a * ratio - min(away.x, away.y), 0.0, 1.0);
  color = vec4(mix(seen, edge.rgb, border), shown);
}`;

export const MARK_VERTEX = /* glsl */ `
uniform mat4 camera;
uniform float ratio;      // pixels of the device for one of the screen
uniform float grown;      // pixels that points have grown by zooming
in vec3 position;
in float shape;           // 0 hit, 1 neighbor, 2 selected
in float pixels;
out float kind;
out float wide;

void main() {
  gl_Position = camera * vec4(position, 1.0);
  gl_Position.z = 0.0;    // never behind a point
  kind = shape;
  wide = (pixels + grown) * ratio;
  gl_PointSize = wide + 1.0;
}`;

export const MARK_FRAGMENT = /* glsl */ `
precision highp float;
uniform float ratio;
uniform vec3 ink;
uniform vec3 ground;
uniform vec3 chosen;
in float kind;
in float wide;
out vec4 color;

void main() {
  float inside = wide * 0.5 - length(gl_PointCoord - 0.5) * (wide + 1.0) + 0.5;
  if (inside <= 0.0) discard;
  float rim = (kind == 1.0 ? 1.0 : 2.0) * ratio;
  float core = clamp(inside - rim, 0.0, 1.0);
  vec3 outer = kind == 1.0 ? ground : ink;
  vec3 inner = kind == 2.0 ? chosen : ink;
  float alpha = kind == 0.0 ? 1.0 - core : 1.0;
  color = vec4(mix(outer, inner, kind == 0.0 ? 0.0 : core), alpha * min(inside, 1.0));
}`;

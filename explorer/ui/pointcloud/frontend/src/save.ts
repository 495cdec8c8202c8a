/** Saving what is seen: as a picture or as a drawing. */

import type { Camera, Vector } from "./camera.ts";
import type { Coloring } from "./coloring.ts";
import type { Marking } from "./painter.ts";
import type { Pictures } from "./pictures.ts";
import { shownNumber } from "./parts.ts";
import { escaped, paint, type Shape, short, toSvg } from "./shapes.ts";
import { nearnessOf, opacityOf, OUTSIDE, sizeOf, type Style } from "./style.ts";
import type { SaveAs } from "./tools.ts";
import type { Ink, View } from "./view.ts";

const MOST_CIRCLES = 200_000; // beyond that a drawing is larger than any program opens
const KEY_LINE = 24;

export interface Seen {
  view: View;
  hasDensity: boolean;
  ink: Ink;
  camera: Camera;
  family: string;
  shapes: readonly Shape[];
  /** Draws the points so many times larger and returns the canvas, good until the next frame. */
  drawn(times: number): HTMLCanvasElement;
  /** Draws the density alone and returns the canvas, good until the next frame. */
  density(): HTMLCanvasElement;
  style: Style;
  marking: Marking;
  positions: Float32Array;
  pictures: Pictures;
  at: (row: number) => Vector;
  coloring: Coloring;
}

/** Save what is seen in a form. */
export async function save(what: Exclude<SaveAs, "html">, seen: Seen): Promise<void> {
  if (what === "svg") download(new Blob([svg(seen)], { type: "image/svg+xml" }), seen, "svg");
  else await savePng(seen, what === "png4" ? 4 : 2);
}

async function savePng(seen: Seen, times: number): Promise<void> {
  const { width, height } = seen.camera;
  const key = keyShapes(seen);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * times);
  canvas.height = Math.round((height + key.height) * times);
  const context = canvas.getContext("2d")!;
  context.fillStyle = seen.ink.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(seen.drawn(times), 0, 0, width * times, height * times);
  context.scale(times, times);
  paint(context, [...seen.shapes, ...key.shapes], seen.family);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error(`The browser could not make a picture of ${canvas.width} × ${canvas.height} pixels.`);
  download(blob, seen, "png");
}

/** Return what is seen as an SVG. */
export function svg(seen: Seen): string {
  const { width, height } = seen.camera;
  const key = keyShapes(seen);
  const all = height + key.height;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${short(width)} ${short(all)}" width="${short(width)}" height="${short(all)}" font-family="${escaped(seen.family)}">
<title>${escaped(seen.view.alt)}</title>
<rect width="100%" height="100%" fill="${seen.ink.ground}"/>
<svg width="${short(width)}" height="${short(height)}">
${densityElement(seen)}
${pointElements(seen)}
${toSvg(markShapes(seen))}
${pictureElements(seen)}
${toSvg(seen.shapes)}
</svg>
${toSvg(key.shapes)}
</svg>
`;
}

/** The density as a picture below the points: its blurred layer has no shapes. */
function densityElement(seen: Seen): string {
  const { width, height } = seen.camera;
  if (!seen.hasDensity || seen.positions.length / 3 > MOST_CIRCLES) return "";
  return `<image width="${short(width)}" height="${short(height)}" href="${seen.density().toDataURL()}"/>`;
}

function pointElements(seen: Seen): string {
  const { positions, camera, style } = seen;
  const { palette, shades, sizes, opacities, outside } = seen.coloring;
  const n = positions.length / 3;
  if (n > MOST_CIRCLES) {
    return `<image width="${short(camera.width)}" height="${short(camera.height)}" href="${seen.drawn(2).toDataURL()}"/>`;
  }
  const groups = new Map<number, string[]>();
  const ground: string[] = [];
  for (let row = 0; row < n; row++) {
    const shade = shades[row] ?? 0;
    if (!palette[4 * shade + 3]) continue;
    const [x, y, depth] = camera.project(positions[3 * row]!, positions[3 * row + 1]!, positions[3 * row + 2]!);
    if (depth <= 0 || x < -9 || y < -9 || x > camera.width + 9 || y > camera.height + 9) continue;
    if (outside?.[row]) {
      const radius = short((style.size * OUTSIDE.size) / 2);
      ground.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${radius}"/>`);
      continue;
    }
    const nearness = style.depth ? nearnessOf(camera.distance, depth) : 1;
    const radius = ((sizes ? sizeOf(sizes[row]!) : 1) * style.size * nearness) / 2;
    const clear = opacities ? ` opacity="${short(opacityOf(opacities[row]!))}"` : "";
    const circle = `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"${clear}/>`;
    const group = groups.get(shade);
    if (group) group.push(circle);
    else groups.set(shade, [circle]);
  }
  const behind = seen.view.outside?.isShown
    ? [`<g fill="${seen.ink.text}" fill-opacity="${short(style.outside)}">${ground.join("")}</g>`]
    : [];
  const kept = [...groups].map(([shade, circles]) => {
    const color = palette.slice(4 * shade, 4 * shade + 3).join(",");
    return `<g fill="rgb(${color})" fill-opacity="${short(style.opacity)}">${circles.join("")}</g>`;
  });
  return [...behind, ...kept].join("\n");
}

function pictureElements({ pictures, camera, at }: Seen): string {
  return pictures
    .placed(camera, at)
    .map(({ x, y, width, height, bytes }) => {
      const box = `x="${short(x - width / 2)}" y="${short(y - height / 2)}" width="${short(width)}" height="${short(height)}"`;
      return `<image ${box} href="data:image/webp;base64,${base64(bytes)}"/>`;
    })
    .join("\n");
}

function markShapes({ marking, camera, ink, style }: Seen): Shape[] {
  return [...marking.shapes].flatMap((shape, index): Shape[] => {
    const [px, py, pz] = marking.positions.subarray(3 * index, 3 * index + 3);
    const [x, y, depth] = camera.project(px!, py!, pz!);
    if (depth <= 0) return [];
    const fill = [null, ink.text, ink.chosen][shape]!;
    const color = shape === 1 ? ink.ground : ink.text;
    return [{ kind: "ring", x, y, radius: (marking.sizes[index]! + style.grown) / 2 - 1, color, fill, width: shape === 1 ? 1 : 2 }];
  });
}

/** The key, in as many columns as fit; what sizes and opacities mean above it. */
function keyShapes({ coloring, camera, ink, view }: Seen): { shapes: Shape[]; height: number } {
  const { key } = coloring;
  const followed = [["Size", view.sizes] as const, ["Opacity", view.opacities] as const].flatMap(([what, by]) =>
    by ? [`${what}: ${by.title}, from ${shownNumber(by.low)} to ${shownNumber(by.high)}`] : [],
  );
  const caption = view.caption ? [view.caption] : [];
  if (!key.length && !followed.length && !caption.length) return { shapes: [], height: 0 };
  const wide = Math.max(120, ...key.map(({ name }) => 34 + 7 * name.length));
  const columns = Math.max(1, Math.floor((camera.width - 24) / wide));
  const top = camera.height + KEY_LINE * (caption.length + followed.length + (key.length ? 1 : 0));
  const text = { kind: "text", size: 13, color: ink.text, halo: null, alpha: 1, align: "left" } as const;
  const titles = [...caption, ...followed, ...(key.length ? [view.color!.title] : [])];
  const shapes = titles.map((title, line): Shape => {
    const y = camera.height + KEY_LINE * (line + 1) - 8;
    return { ...text, x: 12, y, text: title, weight: 600 };
  });
  key.forEach(({ color, name }, index) => {
    const x = 12 + wide * (index % columns);
    const y = top + KEY_LINE * (Math.floor(index / columns) + 0.6);
    shapes.push({ kind: "ring", x: x + 6, y, radius: 5.5, color, fill: color, width: 1 });
    shapes.push({ ...text, x: x + 18, y, text: name, weight: 400 });
  });
  return { shapes, height: top - camera.height + KEY_LINE * (Math.ceil(key.length / columns) + 0.4) };
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function download(blob: Blob, { view }: Seen, suffix: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${view.name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-+|-+$/g, "") || "map"}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

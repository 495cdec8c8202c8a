/** Lines and letters, described once and drawn twice: on the screen and into a file. */

import type { Place } from "./pick.ts";

export interface Stroke {
  kind: "stroke";
  points: Place[];
  color: string;
  width: number;
  alpha: number;
  isClosed?: boolean;
  fill?: number; // opacity of the inside
}

export interface Letters {
  kind: "text";
  x: number;
  y: number; // of the middle of the line
  text: string;
  size: number;
  weight: number;
  color: string;
  halo: string | null;
  alpha: number;
  align: "left" | "center" | "right";
  upward?: boolean;
}

export interface Ring {
  kind: "ring";
  x: number;
  y: number;
  radius: number;
  color: string;
  fill: string | null;
  width: number;
}

export type Shape = Stroke | Letters | Ring;

const HALO = 3.5;

/** Draw shapes on a canvas whose unit is a pixel of the screen. */
export function paint(context: CanvasRenderingContext2D, shapes: readonly Shape[], family: string): void {
  context.lineJoin = "round";
  context.lineCap = "round";
  context.textBaseline = "middle";
  for (const shape of shapes) {
    context.globalAlpha = "alpha" in shape ? shape.alpha : 1;
    if (shape.kind === "stroke") {
      context.beginPath();
      shape.points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
      if (shape.isClosed) context.closePath();
      context.strokeStyle = context.fillStyle = shape.color;
      context.lineWidth = shape.width;
      context.stroke();
      if (shape.fill) {
        context.globalAlpha = shape.fill;
        context.fill();
      }
    } else if (shape.kind === "ring") {
      context.beginPath();
      context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI);
      if (shape.fill) {
        context.fillStyle = shape.fill;
        context.fill();
      }
      context.strokeStyle = shape.color;
      context.lineWidth = shape.width;
      context.stroke();
    } else {
      context.font = `${shape.weight} ${shape.size}px ${family}`;
      context.textAlign = shape.align;
      context.save();
      context.translate(shape.x, shape.y);
      if (shape.upward) context.rotate(-Math.PI / 2);
      if (shape.halo) {
        context.strokeStyle = shape.halo;
        context.lineWidth = HALO;
        context.strokeText(shape.text, 0, 0);
      }
      context.fillStyle = shape.color;
      context.fillText(shape.text, 0, 0);
      context.restore();
    }
  }
  context.globalAlpha = 1;
}

const ANCHORS = { left: "start", center: "middle", right: "end" } as const;

/** Return shapes as elements of an SVG. */
export function toSvg(shapes: readonly Shape[]): string {
  return shapes.map(element).join("\n");
}

function element(shape: Shape): string {
  if (shape.kind === "stroke") {
    const points = shape.points.map((place) => place.map(short).join(",")).join(" ");
    const inside = shape.fill ? `fill="${shape.color}" fill-opacity="${shape.fill}"` : 'fill="none"';
    const name = shape.isClosed ? "polygon" : "polyline";
    return `<${name} points="${points}" ${inside} stroke="${shape.color}" stroke-width="${shape.width}" stroke-opacity="${shape.alpha}"/>`;
  }
  if (shape.kind === "ring") {
    return `<circle cx="${short(shape.x)}" cy="${short(shape.y)}" r="${short(shape.radius)}" fill="${shape.fill ?? "none"}" stroke="${shape.color}" stroke-width="${shape.width}"/>`;
  }
  const halo = shape.halo
    ? ` stroke="${shape.halo}" stroke-width="${HALO}" stroke-linejoin="round" paint-order="stroke"`
    : "";
  const turn = shape.upward ? ` transform="rotate(-90 ${short(shape.x)} ${short(shape.y)})"` : "";
  return `<text x="${short(shape.x)}" y="${short(shape.y)}" dy="0.35em" font-size="${shape.size}" font-weight="${shape.weight}" fill="${shape.color}" opacity="${shape.alpha}" text-anchor="${ANCHORS[shape.align]}"${halo}${turn}>${escaped(shape.text)}</text>`;
}

export const short = (value: number): string => `${Math.round(value * 100) / 100}`;

/** Return text such that XML shows it as it is; what XML cannot hold becomes a replacement sign. */
export function escaped(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text
    .replace(/[&<>"]/g, (sign) => signs[sign]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

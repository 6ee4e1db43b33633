/** Everything that is drawn over pictures: labels solid, predictions dashed, colour and a shape by outcome, a dark halo below. */
import type { Box } from "../api/client";
import type { Named } from "./marks";
import { ringsOf, type Drawn, type Paint } from "./shapes";
import { fitted, type Placed } from "./sheet";
import { limbsOf } from "./skeleton";

export interface Look {
  /** Drawn strongly, with their class; everything else steps back. */
  strong: ReadonlySet<string>;
  /** From a mark to what it was matched with. */
  link: { from: Named; to: Named; text: string } | null;
}

const VARIABLES: Record<Paint, string> = { tp: "--o-tp", fp: "--o-fp", fn: "--o-fn", ignored: "--o-ig", explains: "--o-truth", suggested: "--o-fn", agrees: "--o-agrees" };
let known: Record<string, string> | null = null;

function colours(): Record<string, string> {
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  known = Object.fromEntries([...Object.values(VARIABLES), "--o-halo", "--font"].map((name) => [name, style.getPropertyValue(name).trim()]));
  return known;
}

const colourOf = (paint: Paint): string => colours()[VARIABLES[paint]] ?? "white";

type How = "plain" | "faint" | "strong" | "small";

/** A canvas of this size in CSS pixels, empty; null where the browser gives none. */
export function emptied(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  if (!ctx) return null;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.lineJoin = "round";
  return ctx;
}

/** Shapes over a picture, at a place of the canvas, that shows a part of an image as large as it fits. */
export function paintShapes(ctx: CanvasRenderingContext2D, [left, top, width, height]: Box, around: Box, shapes: readonly Drawn[]): void {
  const at = fitted(around, width, height);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const shape of shapes) paintShape(ctx, shape, { scale: at.scale, left: at.left + left, top: at.top + top }, "small");
  ctx.restore();
}

/** The picture's marks, the strong ones last and so on top. */
export function paintMarks(canvas: HTMLCanvasElement, marks: Named[], at: Placed, look: Look): void {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ctx = emptied(canvas, width, height);
  if (!ctx) return;
  const some = look.strong.size > 0;
  for (const mark of marks) if (!look.strong.has(mark.key)) paintMark(ctx, mark, at, some && !mark.stays ? "faint" : "plain");
  const strong = marks.filter((mark) => look.strong.has(mark.key));
  for (const mark of strong) paintMark(ctx, mark, at, "strong");
  if (look.link) paintLink(ctx, look.link.from, look.link.to, look.link.text, at);
  // Of more than a pair only the pair is named: words would lie on each other.
  const { link } = look;
  for (const mark of strong) if (!link || mark.key === link.from.key || mark.key === link.to.key) paintText(ctx, mark, at, width, height);
}

function paintMark(ctx: CanvasRenderingContext2D, mark: Named, at: Placed, how: How): void {
  paintShape(ctx, mark, at, how);
  if (how === "faint") return;
  const [x, y] = cornerOf(mark, at);
  paintGlyph(ctx, mark.paint, x, y, how === "strong" ? 5 : 4);
}

function paintShape(ctx: CanvasRenderingContext2D, mark: Drawn, at: Placed, how: How): void {
  const colour = colourOf(mark.paint);
  const line = how === "faint" ? 1.2 : how === "strong" ? 2.6 : 1.8;
  ctx.globalAlpha = how === "faint" ? 0.6 : 1;
  const path = pathOf(mark, at);
  if (mark.filled) {
    ctx.fillStyle = colour;
    ctx.globalAlpha = how === "strong" ? 0.26 : how === "faint" ? 0.08 : 0.16;
    ctx.fill(path, "evenodd");
    ctx.globalAlpha = how === "faint" ? 0.6 : 1;
  }
  ctx.setLineDash([]);
  stroke(ctx, path, colours()["--o-halo"] ?? "black", line + 2);
  if (mark.role === "prediction") ctx.setLineDash([5, 3]);
  stroke(ctx, path, colour, line);
  ctx.setLineDash([]);
  if (mark.keypoints) paintSkeleton(ctx, mark.keypoints, mark, colour, at, how);
  ctx.globalAlpha = 1;
}

function stroke(ctx: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke(path);
}

function pathOf(mark: Drawn, { scale, left, top }: Placed): Path2D {
  const path = new Path2D();
  for (const ring of ringsOf(mark)) {
    for (let k = 0; k + 1 < ring.length; k += 2) {
      const [x, y] = [left + ring[k]! * scale, top + ring[k + 1]! * scale];
      if (k === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    path.closePath();
  }
  return path;
}

/** The upmost point of its first ring: a corner of a box, also of a turned one. */
function cornerOf(mark: Drawn, { scale, left, top }: Placed): [number, number] {
  const ring = ringsOf(mark)[0] ?? [];
  let best = 0;
  for (let k = 2; k + 1 < ring.length; k += 2) if (ring[k + 1]! < ring[best + 1]!) best = k;
  return [left + (ring[best] ?? 0) * scale, top + (ring[best + 1] ?? 0) * scale];
}

const GLYPHS: readonly Paint[] = ["tp", "fp", "fn", "ignored"];

/** The same shapes as everywhere: disc, diamond, ring; a dash for what does not count. */
function paintGlyph(ctx: CanvasRenderingContext2D, paint: Paint, x: number, y: number, r: number): void {
  if (!GLYPHS.includes(paint)) return;
  const path = new Path2D();
  if (paint === "fp") {
    path.moveTo(x, y - r * 1.2);
    path.lineTo(x + r * 1.2, y);
    path.lineTo(x, y + r * 1.2);
    path.lineTo(x - r * 1.2, y);
    path.closePath();
  } else if (paint === "ignored") {
    path.rect(x - r, y - 1, 2 * r, 2);
  } else path.arc(x, y, paint === "fn" ? r - 0.5 : r, 0, 7);
  const colour = colourOf(paint);
  stroke(ctx, path, colours()["--o-halo"] ?? "black", paint === "fn" ? 4.5 : 3);
  ctx.fillStyle = paint === "fn" ? (colours()["--o-halo"] ?? "black") : colour;
  ctx.fill(path);
  if (paint === "fn") stroke(ctx, path, colour, 2);
}

function paintSkeleton(ctx: CanvasRenderingContext2D, points: number[][], { role, edges }: Drawn, colour: string, at: Placed, how: How): void {
  const strong = how === "strong";
  const r = strong ? 4 : how === "small" ? 2 : 3;
  const place = ([x = 0, y = 0]: number[]): [number, number] => [at.left + x * at.scale, at.top + y * at.scale];
  const limbs = new Path2D();
  for (const [from, to] of limbsOf(points, edges)) {
    limbs.moveTo(...place(from));
    limbs.lineTo(...place(to));
  }
  stroke(ctx, limbs, colours()["--o-halo"] ?? "black", strong ? 5 : 4);
  if (role === "prediction") ctx.setLineDash([5, 3]);
  stroke(ctx, limbs, colour, strong ? 2.6 : 1.8);
  ctx.setLineDash([]);
  for (const point of points) {
    const seen = point[2] ?? 0;
    if (seen === 0) continue;
    const dot = new Path2D();
    dot.arc(...place(point), r, 0, 7);
    stroke(ctx, dot, colours()["--o-halo"] ?? "black", how === "small" ? 2 : 3.5);
    ctx.fillStyle = seen === 1 ? "black" : colour; // hidden: hollow
    ctx.fill(dot);
    if (seen === 1) stroke(ctx, dot, colour, 1.6);
  }
}

const middle = ({ box: [x, y, w, h] }: Named, { scale, left, top }: Placed): [number, number] => [left + (x + w / 2) * scale, top + (y + h / 2) * scale];

function paintLink(ctx: CanvasRenderingContext2D, from: Named, to: Named, text: string, at: Placed): void {
  const [a, b] = [middle(from, at), middle(to, at)];
  const path = new Path2D();
  path.moveTo(...a);
  path.lineTo(...b);
  stroke(ctx, path, colours()["--o-halo"] ?? "black", 4);
  stroke(ctx, path, colours()["--o-truth"] ?? "white", 1.6);
  for (const [x, y] of [a, b]) {
    const dot = new Path2D();
    dot.arc(x, y, 3, 0, 7);
    stroke(ctx, dot, colours()["--o-halo"] ?? "black", 2);
    ctx.fillStyle = colours()["--o-truth"] ?? "white";
    ctx.fill(dot);
  }
  if (!text) return;
  ctx.font = `600 12px ${colours()["--font"] ?? "sans-serif"}`;
  const room = ctx.canvas.clientWidth - ctx.measureText(text).width - 6;
  word(ctx, text, Math.max(6, Math.min(room, (a[0] + b[0]) / 2 + 8)), (a[1] + b[1]) / 2 - 2, colours()["--o-truth"] ?? "white");
}

function word(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  ctx.font = `600 12px ${colours()["--font"] ?? "sans-serif"}`;
  const wide = ctx.measureText(text).width;
  ctx.fillStyle = colours()["--o-halo"] ?? "black";
  ctx.fillRect(x - 3, y - 12, wide + 6, 16);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** Class and confidence at the object: above for a prediction, below for a label, inside the pane. */
function paintText(ctx: CanvasRenderingContext2D, mark: Named, at: Placed, width: number, height: number): void {
  const [x, y, , h] = mark.box;
  const label = mark.role === "ground_truth";
  const text = mark.text.length > 60 ? `${mark.text.slice(0, 59)}…` : mark.text;
  const [top, bottom] = [at.top + y * at.scale, at.top + (y + h) * at.scale];
  const base = label ? (bottom + 16 < height ? bottom + 16 : bottom - 7) : top - 9 > 12 ? top - 9 : top + 16;
  ctx.font = `600 12px ${colours()["--font"] ?? "sans-serif"}`;
  const left = Math.min(Math.max(5, at.left + x * at.scale + 2), Math.max(5, width - ctx.measureText(text).width - 5));
  word(ctx, text, left, Math.min(height - 5, Math.max(14, base)), colourOf(label ? "explains" : mark.paint));
}

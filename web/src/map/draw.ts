/** Points on a canvas: discs and rings, or how many lie where once they are too many. */
import type { DataMap } from "../api/embeddings";
import { onScreen, type Frame, type Place } from "./geometry";
import { FOUND, MISSED, MOST_POINTS } from "./points";

export type Colouring = "outcome" | "class" | "group";

/** Hues that are told apart beside each other; the rest is grey. */
const HUES = ["#3b6fd4", "#d1602b", "#2f9e73", "#a2489d", "#b8912c", "#4aa3b8", "#8a5a44", "#7a7fd1", "#6f9a3a", "#c7587f"];
const TILE = 6;

export interface Scene {
  map: DataMap;
  colouring: Colouring;
  /** Value of the colouring -> its place among the hues. */
  hues: Map<number, number>;
  /** Whether a point counts at the moment; null: all. */
  lit: Set<number> | null;
  chosen: number | null;
  /** Words where most points of a class lie. */
  words: { text: string; x: number; y: number }[];
}

export function hueOf(place: number | undefined): string {
  return place === undefined ? "" : (HUES[place] ?? "");
}

export const MOST_HUES = HUES.length;

interface Tokens {
  tp: string;
  fn: string;
  ink: string;
  faint: string;
  focus: string;
  ground: string;
  font: string;
}

function tokens(canvas: HTMLCanvasElement): Tokens {
  const style = getComputedStyle(canvas);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { tp: read("--tp"), fn: read("--fn"), ink: read("--ink"), faint: read("--line-2"), focus: read("--focus"), ground: read("--surface"), font: style.fontFamily };
}

function paintOf(scene: Scene, k: number, token: Tokens): string {
  const { map, colouring, hues } = scene;
  if (scene.lit && !scene.lit.has(k)) return token.faint;
  if (colouring === "outcome") {
    const outcome = map.outcome?.[k];
    if (outcome === FOUND) return token.tp;
    if (outcome === MISSED) return token.fn;
    const f1 = map.f1?.[k];
    return f1 === null || f1 === undefined ? token.faint : f1 >= 0.5 ? token.tp : token.fn;
  }
  const value = colouring === "class" ? map.class_id?.[k] : map.group[k];
  return hueOf(hues.get(value ?? -1)) || token.faint;
}

/** Whether a point is drawn as a ring: most of what it stands for was missed. */
function hollow({ map }: Scene, k: number): boolean {
  if (map.outcome) return map.outcome[k] === MISSED;
  const f1 = map.f1?.[k];
  return f1 !== null && f1 !== undefined && f1 < 0.5;
}

export function draw(canvas: HTMLCanvasElement, scene: Scene, frame: Frame, line: readonly Place[]): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const token = tokens(canvas);
  const visible = shown(scene.map, frame, width, height);
  if (visible.length > MOST_POINTS) density(pen, scene, frame, width, height, token);
  else dots(pen, scene, frame, visible, token);
  words(pen, scene, frame, token);
  outline(pen, line, token);
}

function words(pen: CanvasRenderingContext2D, scene: Scene, frame: Frame, token: Tokens): void {
  pen.font = `600 12px ${token.font}`;
  pen.textAlign = "center";
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = token.ground;
  pen.fillStyle = token.ink;
  const taken: Place[] = [];
  for (const { text, x, y } of scene.words) {
    const p = onScreen(frame, x, y);
    if (taken.some((other) => Math.abs(other.x - p.x) < 70 && Math.abs(other.y - p.y) < 16)) continue;
    taken.push(p);
    pen.strokeText(text, p.x, p.y - 8);
    pen.fillText(text, p.x, p.y - 8);
  }
}

function shown(map: DataMap, frame: Frame, width: number, height: number): number[] {
  const found: number[] = [];
  const { x, y } = map;
  const across = frame.scale * frame.stretch;
  for (let k = 0; k < x.length; k++) {
    const left = x[k]! * across + frame.x;
    const top = y[k]! * frame.scale + frame.y;
    if (left > -10 && top > -10 && left < width + 10 && top < height + 10) found.push(k);
  }
  return found;
}

function dots(pen: CanvasRenderingContext2D, scene: Scene, frame: Frame, visible: readonly number[], token: Tokens): void {
  const radius = visible.length > 5000 ? 2 : visible.length > 1000 ? 3 : 4;
  pen.lineWidth = radius > 2 ? 1.7 : 1.2;
  const faint = visible.filter((k) => scene.lit && !scene.lit.has(k));
  const full = scene.lit ? visible.filter((k) => scene.lit?.has(k)) : visible;
  for (const k of [...faint, ...full]) {
    const p = onScreen(frame, scene.map.x[k]!, scene.map.y[k]!);
    pen.beginPath();
    pen.arc(p.x, p.y, radius, 0, 2 * Math.PI);
    const paint = paintOf(scene, k, token);
    pen.globalAlpha = 0.85;
    if (hollow(scene, k)) {
      pen.strokeStyle = paint;
      pen.stroke();
    } else {
      pen.fillStyle = paint;
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
  if (scene.chosen !== null) {
    const p = onScreen(frame, scene.map.x[scene.chosen]!, scene.map.y[scene.chosen]!);
    pen.beginPath();
    pen.arc(p.x, p.y, radius + 4, 0, 2 * Math.PI);
    pen.strokeStyle = token.focus;
    pen.lineWidth = 2;
    pen.stroke();
  }
}

interface Paints {
  /** Place of each point's paint in `list`. */
  of: Uint8Array;
  list: string[];
  theme: string;
}

/** The paints of a scene: a frame that only moves finds them again. */
const painted = new WeakMap<Scene, Paints>();

function paintsOf(scene: Scene, token: Tokens): Paints {
  const theme = token.tp + token.fn + token.faint;
  const known = painted.get(scene);
  if (known?.theme === theme) return known;
  const places = new Map<string, number>();
  const of = new Uint8Array(scene.map.x.length);
  for (let k = 0; k < of.length; k++) {
    const paint = paintOf(scene, k, token);
    let place = places.get(paint);
    if (place === undefined) places.set(paint, (place = places.size));
    of[k] = place;
  }
  const found = { of, list: [...places.keys()], theme };
  painted.set(scene, found);
  return found;
}

/** Tiles, the darker the more points; the colour is that of most of them. */
function density(pen: CanvasRenderingContext2D, scene: Scene, frame: Frame, width: number, height: number, token: Tokens): void {
  const paints = paintsOf(scene, token);
  const kinds = paints.list.length;
  const columns = Math.ceil(width / TILE) + 4;
  const rows = Math.ceil(height / TILE) + 4;
  const counts = new Uint32Array(columns * rows * kinds);
  const { x, y } = scene.map;
  const across = (frame.scale * frame.stretch) / TILE;
  const down = frame.scale / TILE;
  const left = frame.x / TILE + 2;
  const top = frame.y / TILE + 2;
  for (let k = 0; k < x.length; k++) {
    const column = Math.floor(x[k]! * across + left);
    const row = Math.floor(y[k]! * down + top);
    if (column >= 0 && row >= 0 && column < columns && row < rows) counts[(row * columns + column) * kinds + paints.of[k]!]!++;
  }
  const totals = new Uint32Array(columns * rows);
  let most = 1;
  for (let tile = 0; tile < totals.length; tile++) {
    let sum = 0;
    for (let kind = 0; kind < kinds; kind++) sum += counts[tile * kinds + kind]!;
    totals[tile] = sum;
    if (sum > most) most = sum;
  }
  totals.forEach((count, tile) => {
    if (!count) return;
    let best = 0;
    for (let kind = 1; kind < kinds; kind++) if (counts[tile * kinds + kind]! > counts[tile * kinds + best]!) best = kind;
    pen.globalAlpha = 0.15 + 0.85 * Math.sqrt(count / most);
    pen.fillStyle = paints.list[best]!;
    pen.fillRect(((tile % columns) - 2) * TILE, (Math.floor(tile / columns) - 2) * TILE, TILE - 1, TILE - 1);
  });
  pen.globalAlpha = 1;
}

function outline(pen: CanvasRenderingContext2D, line: readonly Place[], token: Tokens): void {
  if (line.length < 2) return;
  pen.beginPath();
  line.forEach((p, k) => (k ? pen.lineTo(p.x, p.y) : pen.moveTo(p.x, p.y)));
  pen.closePath();
  pen.globalAlpha = 0.1;
  pen.fillStyle = token.focus;
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = token.focus;
  pen.lineWidth = 1.5;
  pen.stroke();
}

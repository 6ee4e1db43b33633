/** Everything that is drawn on a picture: labels and predictions with what belongs together. */
import type { Box, ItemObject } from "../api/client";
import { score } from "../format";
import { boundsOf, cornersOf, placeOf, ringsOf, type Drawn } from "./shapes";
import { NO_EDGES, type Skeletons } from "./skeleton";

/** What can be pointed at on a picture. */
export interface Named extends Drawn {
  key: string;
  /** Class and confidence. */
  text: string;
  /** It does not step back for what is drawn strongly. */
  stays?: boolean;
}

/** An object; its key is G3 for a label, whatever the run, A:P7 for a prediction of run A. */
export interface Mark extends Named {
  object: ItemObject;
  /** Of the other side's object that it was matched with or came closest to. */
  partner: string | null;
}

const FILLED = ["segm", "boundary"];
const OUTLINED = [...FILLED, "obb"];

/** The key of an object's id in a run. */
export function keyOf(id: string, letter: string): string {
  return id.startsWith("P") ? `${letter}:${id}` : id;
}

/** An image's objects as a task sees them: boxes where boxes are compared, whatever else there is. */
export function marksOf(objects: ItemObject[], letter: string, task: string, skeletons: Skeletons): Mark[] {
  return objects.map((object) => ({
    key: keyOf(object.id, letter),
    role: object.role,
    paint: object.outcome,
    object,
    box: task === "obb" && object.outlines?.[0] ? boundsOf(object.outlines[0]) : (object.box as Box),
    outlines: OUTLINED.includes(task) ? object.outlines : null,
    filled: FILLED.includes(task) && object.outlines !== null,
    keypoints: task === "keypoints" ? object.keypoints : null,
    edges: skeletons.get(object.class_id) ?? NO_EDGES,
    text: object.role === "ground_truth" ? `label: ${object.class_name}` : `${object.class_name} ${score(object.confidence, 2)}`,
    partner: object.partner && keyOf(object.partner.id, letter),
  }));
}

/** Labels as one sees them without any run: white. */
export function plainLabels(marks: Mark[]): Mark[] {
  return marks.filter((m) => m.role === "ground_truth").map((m) => ({ ...m, paint: m.paint === "ignored" ? "ignored" : "explains" }));
}

/** The mark itself, its partner, and in another run's pane what that run made of the same label. */
export function linked(key: string | null, marks: Mark[], of: Mark | undefined): Set<string> {
  const found = new Set<string>();
  if (key === null) return found;
  found.add(key);
  if (of?.partner) found.add(of.partner);
  for (const mark of marks)
    if (found.has(mark.key) && mark.role === "ground_truth" && mark.partner && mark.object.outcome === "tp") found.add(mark.partner);
  return found;
}

const ORDER = { fp: 0, fn: 1, tp: 2, ignored: 3 } as const;

/** Errors first, the surest and largest before the others; the same order whatever is hovered. */
export function listed(marks: Mark[]): Mark[] {
  const area = ({ box }: Mark) => box[2] * box[3];
  return [...marks].sort((a, b) => ORDER[a.object.outcome] - ORDER[b.object.outcome] || (b.object.confidence ?? -1) - (a.object.confidence ?? -1) || area(b) - area(a));
}

/** A partner that is not drawn by itself: below the confidence, or on another pane. */
export function ghostOf(mark: Mark | undefined, marks: Mark[]): Mark | null {
  const partner = mark?.object.partner;
  if (!mark || !partner || mark.partner === null || marks.some((m) => m.key === mark.partner)) return null;
  const role = mark.role === "ground_truth" ? "prediction" : "ground_truth";
  const object: ItemObject = { ...mark.object, id: partner.id, role, class_name: partner.class_name, class_id: partner.class_id, confidence: null, partner: null, outlines: null, keypoints: null };
  const text = role === "ground_truth" ? `label: ${partner.class_name}` : partner.class_name;
  return { key: mark.partner, role, paint: role === "ground_truth" && mark.paint !== "tp" ? "explains" : mark.paint === "tp" ? "tp" : "ignored", object, box: placeOf(partner), outlines: partner.theta ? [cornersOf(partner.box as Box, partner.theta)] : null, filled: false, keypoints: null, edges: NO_EDGES, text, partner: mark.key };
}

function distance(px: number, py: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const whole = dx * dx + dy * dy;
  const t = whole === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / whole));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

/** How far a point is from the ring's line, and whether it lies inside. */
function ofRing(ring: number[], px: number, py: number): { away: number; inside: boolean } {
  let away = Infinity;
  let inside = false;
  const n = ring.length;
  for (let k = 0; k + 1 < n; k += 2) {
    const [ax, ay, bx, by] = [ring[k]!, ring[k + 1]!, ring[(k + 2) % n]!, ring[(k + 3) % n]!];
    away = Math.min(away, distance(px, py, ax, ay, bx, by));
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
  }
  return { away, inside };
}

function areaOf(ring: number[]): number {
  let sum = 0;
  for (let k = 0; k + 1 < ring.length; k += 2) {
    const next = (k + 2) % ring.length;
    sum += ring[k]! * ring[next + 1]! - ring[next]! * ring[k + 1]!;
  }
  return Math.abs(sum) / 2;
}

/** The mark whose line is within reach of a point, the nearest first; else the smallest around it. */
export function markAt<M extends Named>(marks: M[], x: number, y: number, reach: number): M | null {
  let line: M | null = null;
  let nearest = reach;
  let around: M | null = null;
  let smallest = Infinity;
  for (const mark of marks) {
    for (const ring of ringsOf(mark)) {
      const { away, inside } = ofRing(ring, x, y);
      if (away <= nearest) [line, nearest] = [mark, away];
      const area = inside ? areaOf(ring) : Infinity;
      if (area < smallest) [around, smallest] = [mark, area];
    }
  }
  return line ?? around;
}

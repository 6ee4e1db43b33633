/** Which images count and which objects are listed, as the server reads it: `split=val|test,!tag=seen,metric.brightness=0.2..0.4`, `object.iou=..0.5`; parts joined by commas must all hold. */

export const SLICE_KEYS = ["split", "class", "title", "text", "sequence", "licence", "tag", "slice", "item", "cluster", "similar", "leaked", "width", "height", "frame"] as const;
/** One of the keys, or a metric of images or a number of objects whose value is a range. */
export type SliceKey = (typeof SLICE_KEYS)[number] | `metric.${string}` | `object.${string}`;
export interface SlicePart {
  key: SliceKey;
  value: string;
  /** Those for which it does not hold. */
  not?: true;
}

/** A comma within a name is followed by no KEY=. */
const NEXT_PART = /,(?=\s*!?[\w.]+\s*=)/;
const NUMBER = /^(metric|object)\.\w+$/;
const SIZES = ["width", "height", "frame"];

function keyOf(text: string): SliceKey | undefined {
  return NUMBER.test(text) ? (text as SliceKey) : SLICE_KEYS.find((k) => k === text);
}

export function parseSlice(text: string | null): SlicePart[] {
  return (text ?? "").split(NEXT_PART).flatMap((part) => {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    const key = keyOf(name.replace(/^!\s*/, ""));
    const value = part.slice(at + 1).trim();
    return key && value ? [{ key, value, ...(name.startsWith("!") ? { not: true as const } : {}) }] : [];
  });
}

export function formatSlice(parts: SlicePart[]): string | null {
  return parts.map(({ key, value, not }) => `${not ? "!" : ""}${key}=${value}`).join(",") || null;
}

/** The slice with another choice of one key; choosing the same again, or nothing, removes it. What must not hold stays. */
export function withPart(text: string | null, key: SliceKey, value: string): string | null {
  const parts = parseSlice(text);
  const again = parts.some((p) => p.key === key && p.value === value && !p.not);
  const others = parts.filter((p) => p.key !== key || p.not);
  return formatSlice(again || !value.trim() ? others : [...others, { key, value: value.trim() }]);
}

/** Both slices at once. */
export function joined(text: string | null, more: string): string | null {
  const parts = parseSlice(text);
  const known = new Set(parts.map((part) => formatSlice([part])));
  return formatSlice([...parts, ...parseSlice(more).filter((part) => !known.has(formatSlice([part])))]);
}

/** The value of a key that must hold; null: none. */
export function valueOf(text: string | null, key: SliceKey): string | null {
  return parseSlice(text).find((p) => p.key === key && !p.not)?.value ?? null;
}

/** The names that a value means: itself where something is named so, else those between its bars. */
export function namesOf(value: string | null, known: string[]): string[] {
  if (value === null) return [];
  return known.includes(value) ? [value] : value.split("|").map((name) => name.trim());
}

/** The slice with one name of a key put in or taken out; several mean one or the other. */
export function withName(text: string | null, key: SliceKey, name: string, known: string[]): string | null {
  const chosen = namesOf(valueOf(text, key), known);
  const next = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
  // A name with a bar in it can only stand alone.
  const value = next.some((one) => one.includes("|")) && next.length > 1 ? name : next.join("|");
  return withPart(withPart(text, key, ""), key, value);
}

/** The number of a part and its two ends; null where it is none. */
export function rangeOf({ key, value }: SlicePart): { metric: string; low: number; high: number } | null {
  if ((!NUMBER.test(key) && !SIZES.includes(key)) || key === "object.class") return null;
  const [low = "", high] = value.split("..", 2);
  const least = low.trim() === "" ? -Infinity : Number(low);
  const most = high === undefined ? least : high.trim() === "" ? Infinity : Number(high);
  return Number.isNaN(least) || Number.isNaN(most) ? null : { metric: key.replace(/^(metric|object)\./, ""), low: least, high: most };
}

/** The images of exactly this title, whose characters a pattern would read in its own way. */
export function exactTitle(title: string): string | null {
  return withPart(null, "title", title.replaceAll(/[[*?]/g, "[$&]"));
}

/** "0.2..0.4"; an end that is not finite is left open; empty: both are. */
export function writtenRange(low: number, high: number): string {
  if (low === -Infinity && high === Infinity) return "";
  return `${low === -Infinity ? "" : low}..${high === Infinity ? "" : high}`;
}

/** Which images and objects count, as the server reads it: `split=val,!tag=seen,object.area=..1024`; parts joined by commas must all hold. */

export const SLICE_KEYS = ["split", "class", "title", "sequence", "licence", "tag", "slice", "item", "cluster", "similar", "leaked"] as const;
/** One of the keys, a metric of images whose value is a range, or a condition on objects. */
export type SliceKey = (typeof SLICE_KEYS)[number] | `metric.${string}` | `object.${string}`;
export interface SlicePart {
  key: SliceKey;
  value: string;
  /** Those for which it does not hold. */
  not?: true;
}

/** A comma within a name is followed by no KEY=. */
const NEXT_PART = /,(?=\s*!?[\w.]+\s*=)/;
const DOTTED = /^(metric|object)\.\w+$/;

function keyOf(text: string): SliceKey | undefined {
  return DOTTED.test(text) ? (text as SliceKey) : SLICE_KEYS.find((k) => k === text);
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

/** The metric of a part and its two ends; null where it is none. */
export function rangeOf({ key, value }: SlicePart): { metric: string; low: number; high: number } | null {
  const metric = key.slice("metric.".length);
  if (!DOTTED.test(key) || key === "object.class") return null;
  const [low = "", high] = value.split("..", 2);
  const least = low.trim() === "" ? -Infinity : Number(low);
  const most = high === undefined ? least : high.trim() === "" ? Infinity : Number(high);
  return Number.isNaN(least) || Number.isNaN(most) ? null : { metric, low: least, high: most };
}

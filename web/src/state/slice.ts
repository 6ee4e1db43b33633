/** Which images count, as the server reads it: `split=val,title=*.png`; parts joined by commas must all hold. */

export const SLICE_KEYS = ["split", "class", "title", "sequence", "item", "cluster", "similar", "leaked"] as const;
export type SliceKey = (typeof SLICE_KEYS)[number];
export interface SlicePart {
  key: SliceKey;
  value: string;
}

/** A comma within a name is followed by no KEY=. */
const NEXT_PART = /,(?=\s*\w+\s*=)/;

export function parseSlice(text: string | null): SlicePart[] {
  return (text ?? "").split(NEXT_PART).flatMap((part) => {
    const at = part.indexOf("=");
    const key = SLICE_KEYS.find((k) => k === part.slice(0, at).trim());
    const value = part.slice(at + 1).trim();
    return key && value ? [{ key, value }] : [];
  });
}

export function formatSlice(parts: SlicePart[]): string | null {
  return parts.map(({ key, value }) => `${key}=${value}`).join(",") || null;
}

/** The slice with another choice of one key; choosing the same again, or nothing, removes it. */
export function withPart(text: string | null, key: SliceKey, value: string): string | null {
  const parts = parseSlice(text);
  const again = parts.some((p) => p.key === key && p.value === value);
  const others = parts.filter((p) => p.key !== key);
  return formatSlice(again || !value.trim() ? others : [...others, { key, value: value.trim() }]);
}

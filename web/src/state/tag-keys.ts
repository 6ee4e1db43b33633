/** Which tag each number key gives. */
import type { Setting } from "../api/settings";

/** Key -> tag: those that are set; where none is, the given tags on the first keys. */
export function tagKeys(settings: Setting[] | undefined, tags: string[], most: number): Map<string, string> {
  const set = (settings ?? []).filter((one) => one.group === "keys" && typeof one.value === "string" && one.value !== "");
  if (set.length) return new Map(set.map((one) => [one.name.replace("key_", ""), String(one.value)]));
  return new Map(tags.slice(0, most).map((tag, k) => [String(k + 1), tag]));
}

/** The list of keys tells the truth: every key that a page listens to stands in it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KEYS } from "../src/shell/key-list";

const SOURCES = join(import.meta.dirname, "..", "src");

/** The text from a bracket to the one that closes it, without both. */
function within(text: string, open: number): string {
  let depth = 0;
  for (let k = open; k < text.length; k++) {
    if ("([{".includes(text[k]!)) depth++;
    else if (")]}".includes(text[k]!) && --depth === 0) return text.slice(open + 1, k);
  }
  return "";
}

/** Names of properties of the objects in a call, at any depth: keys are given now and then under a condition. */
function namesIn(call: string): string[] {
  return [...call.matchAll(/[{,]\s*(?:"([^"]+)"|([A-Za-z]\w*)):\s*(?:\(|[a-z])/g)].map((m) => m[1] ?? m[2]!);
}

function listened(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name) || name.endsWith("state/keys.ts")) continue;
    // A quoted bracket would close what it does not.
    const text = readFileSync(join(SOURCES, name), "utf8").replace(/"\["/g, '"opening"').replace(/"\]"/g, '"closing"').replace(/\/\/ .*$/gm, "");
    for (const call of text.matchAll(/useKeys\(/g)) for (const key of namesIn(within(text, call.index + 7))) if (key.length === 1 || /^(opening|closing|Escape|Home|End)$/.test(key)) found.set(key, name);
  }
  return found;
}

describe("the list of keys", () => {
  const listed = new Set(KEYS.flatMap(([, keys]) => keys.flatMap(([names]) => names.split(" "))));
  const words: Record<string, string> = { Escape: "Esc", opening: "[", closing: "]" };

  it("has every key that is listened to", () => {
    const found = listened();
    expect([...found.keys()]).toEqual(expect.arrayContaining(["opening", "?", "j", "a", "o", "v", "Escape", "Home", ","]));
    const missing = [...found].filter(([key]) => !listed.has(words[key] ?? (key.length === 1 ? key.toUpperCase() : key)));
    expect(missing).toEqual([]);
  });

  it("has no letter that nobody listens to", () => {
    const found = new Set([...listened().keys()].map((key) => key.toUpperCase()));
    expect([...listed].filter((key) => /^[A-Z]$/.test(key) && !found.has(key))).toEqual([]);
  });
});

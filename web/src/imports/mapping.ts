/** Changes to the text of a mapping file that leave all its other lines as they are. */

export type Part = "images" | "classes";

/** Where a part's own lines begin and end; a part that is not there begins at the end. */
function place(lines: string[], part: Part): [begin: number, end: number] {
  const at = lines.findIndex((line) => line.startsWith(`${part}:`));
  if (at < 0) {
    while (lines.at(-1) === "") lines.pop();
    lines.push(`${part}:`, "");
    return [lines.length - 1, lines.length - 1];
  }
  let end = at + 1;
  while (end < lines.length && /^\s+\S/.test(lines[end]!)) end += 1;
  return [at + 1, end];
}

/** The mapping with another way of looking names up. */
export function withReading(text: string, part: Part, how: string): string {
  const lines = text.split("\n");
  const [begin, end] = place(lines, part);
  const at = lines.slice(begin, end).findIndex((line) => /^\s+(# )?by:/.test(line));
  const line = `  by: ${JSON.stringify(how)}`;
  if (at < 0) lines.splice(begin, 0, line);
  else lines[begin + at] = line;
  return lines.join("\n");
}

/** The mapping with one name given by hand; null leaves it out. */
export function withName(text: string, part: Part, source: string, name: string | null): string {
  const lines = text.split("\n");
  const [begin, end] = place(lines, part);
  const own = lines.slice(begin, end);
  const line = `    ${JSON.stringify(source)}: ${name === null ? "null" : JSON.stringify(name)}`;
  const map = own.findIndex((l) => /^\s+map:\s*$/.test(l));
  const here = own.findIndex((l, k) => map >= 0 && k > map && keyOf(l) === source);
  if (here >= 0) lines[begin + here] = line;
  else if (map >= 0) lines.splice(begin + map + 1, 0, line);
  else lines.splice(end, 0, "  map:", line);
  return lines.join("\n");
}

/** The key of a line `    "name": ...` or `    name: ...`. */
function keyOf(line: string): string | null {
  const quoted = /^\s+("(?:[^"\\]|\\.)*")\s*:/.exec(line)?.[1];
  if (quoted !== undefined) return JSON.parse(quoted) as string;
  return /^\s+([^\s"'#][^:]*?)\s*:/.exec(line)?.[1] ?? null;
}

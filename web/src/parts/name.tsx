/** Names that people chose: however long, in whatever script, they stay in their place and in their order. */
import { Fragment, type ReactElement } from "react";

/** A name on one line, shortened where it has no room; the whole of it is its title. */
export function Name({ of }: { of: string }): ReactElement {
  return (
    <bdi className="name" title={of}>
      {of}
    </bdi>
  );
}

/** A sentence in which each name keeps its own direction: "A is worse than B" reads so in Hebrew too. */
export function Sentence({ text, names }: { text: string; names: string[] }): ReactElement {
  const known = names.filter(Boolean).sort((a, b) => b.length - a.length);
  return (
    <>
      {split(text, known).map((part, k) => (
        <Fragment key={k}>{known.includes(part) ? <bdi>{part}</bdi> : part}</Fragment>
      ))}
    </>
  );
}

/** The text cut before and after every name, the longest names first. */
export function split(text: string, names: string[]): string[] {
  const [name, ...others] = names;
  if (name === undefined) return [text];
  return text.split(name).flatMap((part, k) => [...(k ? [name] : []), ...split(part, others)]).filter(Boolean);
}

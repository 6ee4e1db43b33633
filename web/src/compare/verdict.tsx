/** Better, worse or not to be told, in words. */
import type { ReactElement, ReactNode } from "react";
import type { ComparedPair, Comparison } from "../api/client";
import { Sentence } from "../parts/name";

const PILLS = { better: ["ok", "Better"], worse: ["bad", "Worse"], "cannot tell": ["note", "Cannot tell"] } as const;

interface VerdictProps {
  data: Comparison;
  pair: ComparedPair;
  /** What can be done about it. */
  children?: ReactNode;
}

export function VerdictCard({ data, pair, children }: VerdictProps): ReactElement {
  const [pill, word] = PILLS[pair.verdict];
  const [first, ...rest] = pair.sentences.map(trueMinus);
  return (
    <section className="card verdict" aria-label="Verdict">
      <span className={`pill ${pill}`}>{word}</span>
      <div>
        <b><Sentence text={first ?? ""} names={data.runs} /></b>
        <p>
          {rest.map((sentence) => (
            <span key={sentence}><Sentence text={sentence} names={data.runs} /> </span>
          ))}
        </p>
        {data.notes.map((note) => (
          <p key={note} className="muted">{note}</p>
        ))}
        {children}
      </div>
    </section>
  );
}

/** The server writes plain text: -0.114. */
function trueMinus(sentence: string): string {
  return sentence.replace(/(^|[\s(])-(?=\d)/g, "$1−");
}

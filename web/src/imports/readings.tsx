/** Every reading that was weighed, its evidence, and why the chosen one won. */
import { Fragment, useState, type ReactElement } from "react";
import type { Decided, Weighed, WholeReport } from "../api/imports";
import { DASH, percent, plural, score } from "../format";
import { Card, Empty } from "../parts/card";

const QUESTIONS: Record<string, string> = { images: "Images", classes: "Classes", boxes: "Boxes", confidence: "Confidences" };
const MOST_OTHERS = 3;

export function ReadingsCard({ report }: { report: WholeReport }): ReactElement {
  return (
    <Card
      title="How boxes and ids were read"
      hint="Each reading is tried on the labels; what the file says of itself stands unless another reading fits clearly better"
      foot={report.looked_at ? `Weighed on the labels of ${plural(report.looked_at, "image")}. Fit: names found, or boxes within their image. Agree: records on a label that have its class. IoU: mean best IoU that labels reach.` : undefined}
    >
      {report.findings.length ? (
        <div className="scroll">
          <table className="table readings">
            <thead>
              <tr>
                <th>Read as</th>
                <th className="num">Fit %</th>
                <th className="num">Agree %</th>
                <th className="num">IoU</th>
              </tr>
            </thead>
            <tbody>
              {report.findings.map((finding) => (
                <Question key={finding.question} finding={finding} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty title="Nothing had to be decided">
          <p>{sentence(report.no_mapping ?? "")}</p>
        </Empty>
      )}
    </Card>
  );
}

function sentence(text: string): string {
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function Question({ finding }: { finding: Decided }): ReactElement {
  const [all, setAll] = useState(false);
  const others = all ? finding.alternatives : finding.alternatives.slice(0, MOST_OTHERS);
  const more = finding.alternatives.length - MOST_OTHERS;
  return (
    <Fragment>
      <tr className="question">
        <th colSpan={4} scope="rowgroup">
          {QUESTIONS[finding.question] ?? finding.question} <small>{finding.why}</small>
        </th>
      </tr>
      <Row of={finding.chosen} chosen plain={finding.question === "confidence"} />
      {others.map((other) => (
        <Row key={other.how} of={other} />
      ))}
      {more > 0 && (
        <tr>
          <td colSpan={4}>
            <button className="link" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? "Only the best" : `${plural(more, "more reading")} that fit less`}
            </button>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

interface RowProps {
  of: Weighed;
  chosen?: boolean;
  /** Nothing was compared. */
  plain?: boolean;
}

function Row({ of, chosen = false, plain = false }: RowProps): ReactElement {
  const share = (value: number | null | undefined) => (value == null ? DASH : percent(value));
  return (
    <tr className={chosen ? "current" : undefined}>
      <td className="wraps">
        <bdi>{of.how}</bdi> {chosen && <span className="pill ok">chosen</span>}
      </td>
      <td className="num">{plain ? DASH : share(of.valid ?? of.found)}</td>
      <td className="num">{share(of.agreement)}</td>
      <td className="num">{of.overlap == null ? DASH : score(of.overlap)}</td>
    </tr>
  );
}

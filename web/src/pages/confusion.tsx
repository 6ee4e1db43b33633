/** Which classes are mistaken for which? */
import { useState, type CSSProperties, type ReactElement } from "react";
import { pointOf, useConfusion, type Confusion, type Run } from "../api/client";
import { percent, plural, score, whole } from "../format";
import { overlapOf } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import { choiceOf, type Choice } from "../state/choice";
import { objectsOf, type View } from "../state/url";
import { setView, useView } from "../state/view";
import { ExamplesCard } from "./confusion-examples";
import { PageHead } from "./page-head";
import { TaskChoice } from "./task-choice";

/** So many classes are drawn whole; of more, those with most to lose. */
const WHOLE = 25;
const PART = 18;
const MOST_PAIRS = 200;

export function ConfusionPage({ run }: { run: Run }): ReactElement {
  const view = useView();
  const chosen = choiceOf(view, run);
  const tasks = run.tasks.filter(({ task }) => choiceOf({ ...view, task }, run).confusable);
  const choice = chosen.confusable ? chosen : choiceOf({ ...view, task: null }, run);
  // Of all classes: a share is of the whole row, whichever classes are chosen.
  const found = useConfusion({ ...pointOf(view, run.name), classes: undefined }, choice.under);
  const { data } = found;
  const drawn = data && worst(data, involved(data, view.classes));
  return (
    <>
      <PageHead title="Confusion" question="Which classes are mistaken for which?">
        <TaskChoice run={run} choice={choice} tasks={tasks} protocols={false} />
      </PageHead>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !data || !drawn ? (
        <Skeleton height={400} />
      ) : data.classes.length < 2 ? (
        <Card title="Labelled as, predicted as">
          <Empty title={data.classes.length ? "There is one class only" : "No class has an object or a prediction"}>
            <p>Nothing can be mistaken for another class here. The Errors page has misses and false positives.</p>
          </Empty>
        </Card>
      ) : (
        <div className={found.isPlaceholderData ? "columns confusion-columns stale" : "columns confusion-columns"}>
          <MatrixCard data={data} drawn={drawn} choice={choice} />
          <div className="confusion-side">
            <PairsCard data={data} run={run} choice={choice} chosen={view.classes} />
          </div>
        </div>
      )}
    </>
  );
}

/** Places of the chosen classes and of those that they are confused with; of all where none is chosen. */
function involved({ matrix, classes }: Confusion, chosen: number[]): number[] {
  const all = classes.map((_, k) => k);
  const asked = all.filter((k) => chosen.includes(classes[k]!.class_id));
  return asked.length ? all.filter((k) => asked.some((a) => a === k || matrix[a]![k]! + matrix[k]![a]! > 0)) : all;
}

/** Of these classes the ones that are drawn: all, or those with most wrong in row and column. */
function worst({ matrix }: Confusion, all: number[]): number[] {
  if (all.length <= WHOLE) return all;
  const wrong = matrix.map((_, k) => matrix.reduce((sum, row, r) => sum + (r === k ? 0 : row[k]!), 0) + matrix[k]!.reduce((sum, n, c) => sum + (c === k ? 0 : n), 0));
  return [...all].sort((a, b) => wrong[b]! - wrong[a]!).slice(0, PART);
}

interface Pair {
  labelled: Confusion["classes"][number];
  predicted: Confusion["classes"][number];
  count: number;
  /** Of the row. */
  share: number;
}

/** All mistaken pairs of classes, most frequent first. */
function mistaken({ matrix, classes }: Confusion): Pair[] {
  const pairs = classes.flatMap((labelled, row) => {
    const total = matrix[row]!.reduce((sum, n) => sum + n, 0);
    return classes.map((predicted, column) => ({ labelled, predicted, count: row === column ? 0 : matrix[row]![column]!, share: matrix[row]![column]! / total }));
  });
  return pairs.filter((p) => p.count > 0).sort((a, b) => b.count - a.count || b.share - a.share);
}

const keyOf = (p: Pair): string => `${p.labelled.class_id}-${p.predicted.class_id}`;

/** The objects that a cell counts, or the images of answers; null is background. */
function cellOf({ matched }: Choice, labelled: number | null, predicted: number | null): Partial<View> {
  const outcome = !matched ? "all" : predicted === null ? "fn" : labelled === predicted ? "tp" : "fp";
  return objectsOf({ outcome, classes: [], labelled: labelled ?? "none", predicted: predicted ?? "none" });
}

/** A whole row or column. */
function lineOf(of: Partial<View>): Partial<View> {
  return objectsOf({ outcome: "all", classes: [], ...of });
}

interface CardProps {
  data: Confusion;
  choice: Choice;
}

function MatrixCard({ data, drawn, choice }: CardProps & { drawn: number[] }): ReactElement {
  const { matrix, classes } = data;
  const end = classes.length;
  const [none, unmatched] = choice.matched ? ["missed", "no match"] : ["no answer", "no label"];
  const at = data.iou === null ? "Numbers are answers." : `Numbers are objects at ${overlapOf(choice.task)} ${score(data.iou, 2)}, confidence ${score(data.confidence, 2)}.`;
  const part = drawn.length === PART ? ` The ${PART} of ${end} classes with most to lose.` : drawn.length < end ? " The chosen classes and what they are confused with." : "";
  const opens = choice.confusable;
  const name = (k: number) => (k === end ? null : classes[k]!);
  return (
    <Card
      title="Labelled as (rows), predicted as (columns)"
      hint={`${at} Shade is the share of the row.${part}${opens ? ` A cell, a row or a column opens its ${choice.matched ? "objects" : "images"}.` : ""}`}
      foot={
        <div className="legend">
          <span><OutcomeGlyph of="tp" /> right</span>
          <span><OutcomeGlyph of="fp" /> mistaken{choice.matched && "; the last row overlaps no free label"}</span>
          <span><OutcomeGlyph of="fn" /> {none}</span>
        </div>
      }
    >
      <div className="scroll">
        <table className="matrix">
          <thead>
            <tr>
              <td />
              {[...drawn, end].map((k) => (
                <th key={k} scope="col">
                  <span>{opens ? <button className="plain" title={`Everything predicted ${name(k)?.name ?? none}`} onClick={() => setView(lineOf({ predicted: name(k)?.class_id ?? "none" }))}><bdi>{name(k)?.name ?? <i>{none}</i>}</bdi></button> : (name(k)?.name ?? <i>{none}</i>)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...drawn, end].map((row) => {
              const total = matrix[row]!.reduce((sum, n) => sum + n, 0);
              return (
                <tr key={row}>
                  <th scope="row">{opens ? <button className="plain" title={`Everything labelled ${name(row)?.name ?? unmatched}`} onClick={() => setView(lineOf({ labelled: name(row)?.class_id ?? "none" }))}><bdi>{name(row)?.name ?? <i>{unmatched}</i>}</bdi></button> : (name(row)?.name ?? <i>{unmatched}</i>)}</th>
                  {[...drawn, end].map((column) => {
                    const n = matrix[row]![column] ?? 0;
                    const kind = column === end ? "fn" : row === column ? "tp" : "fp";
                    if (!n) return <td key={column} />;
                    const words = `${name(row)?.name ?? unmatched}, predicted ${name(column)?.name ?? none}: ${whole(n)}, ${percent(n / total)} % of the row`;
                    const style = { "--share": `${Math.round(14 + (40 * n) / total)}%` } as CSSProperties;
                    return (
                      <td key={column}>
                        <button className={kind} style={style} title={words} aria-label={words} disabled={!opens} onClick={() => setView(cellOf(choice, name(row)?.class_id ?? null, name(column)?.class_id ?? null))}>
                          {whole(n)}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function PairsCard({ data, run, choice, chosen }: CardProps & { run: Run; chosen: number[] }): ReactElement {
  const [looked, lookAt] = useState<string | null>(null);
  const asked = (p: Pair) => !chosen.length || chosen.includes(p.labelled.class_id) || chosen.includes(p.predicted.class_id);
  const pairs = mistaken(data).filter(asked);
  const opens = choice.confusable;
  const shown = pairs.find((p) => keyOf(p) === looked) ?? pairs[0];
  return (
    <>
      <Card title="Mistaken pairs" hint={`${plural(pairs.length, "pair")}, most frequent first${pairs.length > MOST_PAIRS ? `; ${MOST_PAIRS} are listed` : ""}`}>
        {pairs.length ? (
          <div className="scroll pairs">
            <table className="table">
              <thead>
                <tr>
                  <th>Labelled</th>
                  <th>Predicted</th>
                  <th className="num">Times</th>
                  <th className="num">Of label %</th>
                </tr>
              </thead>
              <tbody>
                {pairs.slice(0, MOST_PAIRS).map((p) => {
                  const show = () => opens && setView(cellOf(choice, p.labelled.class_id, p.predicted.class_id));
                  return (
                    <tr key={keyOf(p)} className={`${opens ? "click" : ""} ${choice.matched && p === shown ? "current" : ""}`} onClick={show} onMouseEnter={() => lookAt(keyOf(p))} onFocus={() => lookAt(keyOf(p))}>
                      <td title={p.labelled.name}><bdi>{p.labelled.name}</bdi></td>
                      <td title={p.predicted.name}>{opens ? <button className="plain" onClick={show}><bdi>{p.predicted.name}</bdi></button> : <bdi>{p.predicted.name}</bdi>}</td>
                      <td className="num"><b>{whole(p.count)}</b></td>
                      <td className="num">{percent(p.share)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        ) : (
          <Empty title="No class is mistaken for another" />
        )}
      </Card>
      {choice.matched && shown && <ExamplesCard run={run} choice={choice} labelled={shown.labelled} predicted={shown.predicted} to={cellOf(choice, shown.labelled.class_id, shown.predicted.class_id)} />}
    </>
  );
}

/** Every class with the numbers of the task; a click shows its errors. */
import { Fragment, useMemo, useState, type ReactElement } from "react";
import type { ClassIntervals, Interval, Lrp, Summary } from "../api/client";
import { classColumns, written, type Column } from "../metrics";
import { Card, Empty } from "../parts/card";
import { OutcomeGlyph, type Glyph } from "../parts/marks";
import { Value } from "../parts/value";
import { Whisker } from "../parts/whisker";
import type { Choice } from "../state/choice";
import { objectsOf } from "../state/url";
import { setView } from "../state/view";

type Row = Record<string, number | string | null | undefined> & { class_id: number; class_name: string; ground_truth: number };
const FEW = 10;

function compare(a: Row, b: Row, key: string): number {
  const [x, y] = [a[key], b[key]];
  if (typeof x === "string" && typeof y === "string") return x.localeCompare(y);
  return Number(y ?? -Infinity) - Number(x ?? -Infinity) || a.class_id - b.class_id;
}

/** The rows with oLRP and the confidence where it is least. */
function withLrp(summary: Summary, lrp: Lrp | undefined): Row[] {
  const found = new Map(lrp?.per_class.map((c) => [c.class_id, { olrp: c.value, best: c.confidence }]));
  return summary.per_class.map((row) => ({ ...(row as Row), ...found.get(row.class_id) }));
}

interface Props {
  summary: Summary;
  choice: Choice;
  lrp: Lrp | undefined;
  intervals: ClassIntervals[] | undefined;
}

export function ClassTable({ summary, choice, lrp, intervals }: Props): ReactElement {
  const [key, setKey] = useState("ground_truth");
  const [reversed, setReversed] = useState(false);
  const opens = choice.confusable;
  const known = choice.matched ? "ap" : "f1";
  const sure = useMemo(() => new Map(intervals?.map((c) => [c.class_id, c.metrics[known]])), [intervals, known]);
  const columns = classColumns(choice.task, summary.protocol, summary.counts !== null, choice.matched && lrp !== undefined);
  const rows = useMemo(() => {
    const sorted = withLrp(summary, lrp).sort((a, b) => compare(a, b, key));
    return reversed ? sorted.reverse() : sorted;
  }, [summary, lrp, key, reversed]);
  function sortBy(next: string): void {
    setReversed(next === key && !reversed);
    setKey(next);
  }
  const arrow = (k: string) => (k === key ? (reversed ? " ↑" : " ↓") : "");
  const direction = (k: string) => (k === key ? (reversed ? "ascending" : "descending") : undefined);
  if (!rows.length)
    return (
      <Card title="Classes" className="below">
        <Empty title="No class has an object or a prediction" />
      </Card>
    );
  const hints = [
    choice.task === "semantic" ? "" : `Grey: fewer than ${FEW}, too few to tell.`,
    choice.matched && lrp ? "oLRP: cost of boxes, false positives and misses at the class's best confidence; 0 is perfect." : "",
    opens ? "Click a row to see its errors." : "",
  ];
  return (
    <Card title="Classes" className="below" hint={hints.filter(Boolean).join(" ")}>
      <div className="scroll class-table">
        <table className="table">
          <thead>
            <tr>
              <th aria-sort={direction("class_name")}>
                <button onClick={() => sortBy("class_name")}>Class{arrow("class_name")}</button>
              </th>
              {columns.map(({ key: k, name }) => (
                <Fragment key={k}>
                  <th className="num" aria-sort={direction(k)}>
                    <button onClick={() => sortBy(k)}>
                      {k === "tp" || k === "fp" || k === "fn" ? <OutcomeGlyph of={k as Glyph} /> : null} {name}
                      {arrow(k)}
                    </button>
                  </th>
                  {k === known && intervals && <th>{name}, 95 %</th>}
                </Fragment>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <ClassLine key={r.class_id} row={r} columns={columns} opens={opens} known={known} sure={intervals && (sure.get(r.class_id) ?? null)} few={choice.task !== "semantic" && r.ground_truth < FEW} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

interface LineProps {
  row: Row;
  columns: Column[];
  opens: boolean;
  /** The number that has an interval. */
  known: string;
  /** Its interval; null: of another class only. Undefined: there are none. */
  sure: Interval | null | undefined;
  few: boolean;
}

function ClassLine({ row, columns, opens, known, sure, few }: LineProps): ReactElement {
  const show = () => opens && setView(objectsOf({ classes: [row.class_id] }));
  return (
    <tr className={`${opens ? "click" : ""} ${few ? "dim" : ""}`} onClick={show}>
      <td>
        {opens ? (
          <button className="plain" onClick={show}>
            <bdi>{row.class_name}</bdi>
          </button>
        ) : (
          <bdi>{row.class_name}</bdi>
        )}
      </td>
      {columns.map(({ key, unit, why }) => {
        const value = <Value text={written(row[key] as number | null | undefined, unit)} why={why} />;
        return (
          <Fragment key={key}>
            <td className="num">{unit === "score" && key !== "best" ? <b>{value}</b> : value}</td>
            {key === known && sure !== undefined && <td className="whisker-cell">{sure && <Whisker of={sure} />}</td>}
          </Fragment>
        );
      })}
    </tr>
  );
}

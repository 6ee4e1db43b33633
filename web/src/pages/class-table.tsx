/** Every class with its numbers; a click shows its errors. */
import { useMemo, useState, type ReactElement } from "react";
import type { Summary } from "../api/client";
import { percent, score, whole } from "../format";
import { Card, Empty } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import { setView } from "../state/view";

type Row = Summary["per_class"][number];
type Key = "class_name" | "ground_truth" | "predictions" | "ap" | "ap50" | "precision" | "recall" | "tp" | "fp" | "fn";

const COLUMNS: [Key, string][] = [
  ["ground_truth", "Objects"],
  ["predictions", "Predictions"],
  ["ap", "AP .50:.95"],
  ["ap50", "AP50"],
  ["precision", "Precision %"],
  ["recall", "Recall %"],
  ["tp", "TP"],
  ["fp", "FP"],
  ["fn", "FN"],
];
const FEW = 10;

function compare(a: Row, b: Row, key: Key): number {
  const [x, y] = [a[key], b[key]];
  if (typeof x === "string" && typeof y === "string") return x.localeCompare(y);
  return Number(y ?? -1) - Number(x ?? -1);
}

export function ClassTable({ summary }: { summary: Summary }): ReactElement {
  const [key, setKey] = useState<Key>("ground_truth");
  const [reversed, setReversed] = useState(false);
  const boxes = summary.task !== "classification";
  const columns = boxes ? COLUMNS : COLUMNS.filter(([k]) => k !== "ap" && k !== "ap50");
  const rows = useMemo(() => {
    const sorted = [...summary.per_class].sort((a, b) => compare(a, b, key));
    return reversed ? sorted.reverse() : sorted;
  }, [summary, key, reversed]);
  function sortBy(next: Key): void {
    setReversed(next === key && !reversed);
    setKey(next);
  }
  const arrow = (k: Key) => (k === key ? (reversed ? " ↑" : " ↓") : "");
  const direction = (k: Key) => (k === key ? (reversed ? "ascending" : "descending") : undefined);
  if (!rows.length)
    return (
      <Card title="Classes" className="below">
        <Empty title="No class has an object or a prediction" />
      </Card>
    );
  return (
    <Card title="Classes" className="below" hint={`Grey: fewer than ${FEW} objects, too few to tell. A class without objects has no AP. Click a row to see its errors.`}>
      <div className="scroll class-table">
        <table className="table">
          <thead>
            <tr>
              <th aria-sort={direction("class_name")}>
                <button onClick={() => sortBy("class_name")}>Class{arrow("class_name")}</button>
              </th>
              {columns.map(([k, name]) => (
                <th key={k} className="num" aria-sort={direction(k)}>
                  <button onClick={() => sortBy(k)}>
                    {k === "tp" || k === "fp" || k === "fn" ? <OutcomeGlyph of={k} /> : null} {name}
                    {arrow(k)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <ClassLine key={r.class_id} row={r} columns={columns} boxes={boxes} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function ClassLine({ row, columns, boxes }: { row: Row; columns: [Key, string][]; boxes: boolean }): ReactElement {
  const show = () => boxes && setView({ page: "errors", classes: [row.class_id], outcome: "error", kind: null, selected: null });
  return (
    <tr className={`${boxes ? "click" : ""} ${row.ground_truth < FEW ? "dim" : ""}`} onClick={show}>
      <td>
        <button className="plain" onClick={show}>
          <bdi>{row.class_name}</bdi>
        </button>
      </td>
      {columns.map(([k]) => (
        <td key={k} className="num">
          {k === "ap" || k === "ap50" ? (
            <b>{score(row[k])}</b>
          ) : k === "precision" || k === "recall" ? (
            percent(row[k])
          ) : (
            whole(Number(row[k]))
          )}
        </td>
      ))}
    </tr>
  );
}

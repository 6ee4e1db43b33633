/** Differences B − A with their intervals: of every number, and of every class. */
import { Fragment, useState, type ReactElement } from "react";
import type { ComparedPair } from "../api/client";
import { score, signed, whole } from "../format";
import { metric } from "../metrics";
import { Card } from "../parts/card";
import { Whisker } from "../parts/whisker";
import { SIZES, type View } from "../state/url";
import { useView } from "../state/view";
import { showObjects } from "./show";

export type Difference = ComparedPair["metrics"][string];
export const TONES = { better: "better", worse: "worse", "cannot tell": "unsure" } as const;

/** The scale that all differences fit on. */
export function reach(all: Difference[]): number {
  const most = Math.max(0.05, ...all.flatMap((d) => [d.low, d.high, d.difference].map((v) => Math.abs(v ?? 0))));
  return Math.min(1, Math.ceil(most * 10) / 10);
}

export function Change({ of, scale }: { of: Difference; scale: number }): ReactElement {
  return <Whisker of={{ estimate: of.difference, low: of.low, high: of.high, reason: of.reason }} from={-scale} to={scale} zero tone={TONES[of.verdict]} />;
}

/** The objects behind a number: those of its size, at its IoU; broken ones where it fell, else fixed ones. */
function behind(key: string, d: Difference): Partial<View> {
  const size = SIZES.find((name) => /^(AP|AR)[sml]$/.test(key) && name.startsWith(key.slice(-1))) ?? null;
  const iou = { AP50: 0.5, AP75: 0.75, AR50: 0.5, AR75: 0.75 }[key];
  return { flip: (d.difference ?? 0) > 0 ? "fixed" : "broken", size, why: null, classes: [], ...(iou === undefined ? {} : { iou }) };
}

interface ForestProps {
  pair: ComparedPair;
  letters: [string, string];
  task: string;
}

/** Every number with its difference; a row shows its objects in the gallery. */
export function ForestCard({ pair, letters: [a, b], task }: ForestProps): ReactElement {
  const rows = Object.entries(pair.metrics);
  const objects = pair.followed === "objects";
  const scale = reach(rows.map(([, d]) => d));
  return (
    <Card title="Differences" hint={`${b} − ${a} with 95 % intervals from images drawn for both alike, scale −${score(scale, 1)} to +${score(scale, 1)}. Grey: cannot tell.${objects ? " A row shows the objects that changed." : ""}`}>
      <table className="table forest">
        <thead>
          <tr>
            <th>Number</th>
            <th className="num">{a}</th>
            <th className="num">{b}</th>
            <th>95 %</th>
            <th className="num">{b} − {a}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, d]) => (
            <tr key={key} className={objects ? "click" : ""} title={metric(key, task, undefined).definition} onClick={() => objects && showObjects(behind(key, d))}>
              <td>{objects ? <button className="plain">{metric(key, task, undefined).name}</button> : metric(key, task, undefined).name}</td>
              <td className="num">{score(d.first)}</td>
              <td className="num">{score(d.second)}</td>
              <td className="whisker-cell"><Change of={d} scale={scale} /></td>
              <td className={`num ${TONES[d.verdict]}`}><b>{signed(d.difference)}</b></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const FEW = 40;

/** Most broken first; a row narrows the gallery to its class. */
export function ClassChanges({ pair }: { pair: ComparedPair }): ReactElement {
  const { classes } = useView();
  const [all, setAll] = useState(false);
  const objects = pair.followed === "objects";
  const rows = all ? pair.per_class : pair.per_class.slice(0, FEW);
  const scale = reach(rows.map((r) => r.change));
  return (
    <Card
      title="Classes"
      hint={`Most broken first. Change of the class's ${objects ? "AP" : "F1"} on the scale ±${score(scale, 1)}; grey: cannot tell.${objects ? " A row narrows the gallery." : ""}`}
    >
      <div className="scroll class-changes">
        <table className="table">
          <thead>
            <tr>
              <th>Class</th>
              <th className="num">Objects</th>
              <th className="num">Broken</th>
              <th className="num">Fixed</th>
              {objects && <th className="num">New FP</th>}
              {objects && <th className="num">FP gone</th>}
              <th>95 %</th>
              <th className="num">Change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const on = classes.length === 1 && classes[0] === row.class_id;
              const choose = () => objects && showObjects({ classes: on ? [] : [row.class_id] });
              return (
                <tr key={row.class_id} className={`${objects ? "click" : ""} ${on ? "current" : ""}`} onClick={choose}>
                  <td>{objects ? <button className="plain" aria-pressed={on}><bdi>{row.name}</bdi></button> : <bdi>{row.name}</bdi>}</td>
                  <td className="num">{whole(row.objects)}</td>
                  <td className="num">{whole(row.broken)}</td>
                  <td className="num">{whole(row.fixed)}</td>
                  {objects && (
                    <Fragment>
                      <td className="num">{whole(row.new)}</td>
                      <td className="num">{whole(row.removed)}</td>
                    </Fragment>
                  )}
                  <td className="whisker-cell"><Change of={row.change} scale={scale} /></td>
                  <td className={`num ${TONES[row.change.verdict]}`}><b>{signed(row.change.difference)}</b></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {pair.per_class.length > FEW && (
        <button className="btn small" onClick={() => setAll(!all)}>
          {all ? `First ${FEW}` : `All ${whole(pair.per_class.length)}`}
        </button>
      )}
    </Card>
  );
}

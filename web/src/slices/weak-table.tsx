/** Confirmed weak slices, most at stake first; a row opens its misses or false positives. */
import type { ReactElement } from "react";
import type { WeakSlice, WeakSlices } from "../api/slices";
import { DASH, percent, spaced, whole } from "../format";
import { Card } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import { Whisker } from "../parts/whisker";
import type { Choice } from "../state/choice";
import { objectsOf, type View } from "../state/url";
import { joined } from "../state/slice";
import { getView, setView } from "../state/view";

/** The way to a slice's failures at the thresholds that it was found with; null where no expression names it. */
export function missesOf(slice: WeakSlice, { run, confidence }: WeakSlices): Partial<View> | null {
  if (slice.where === null) return null;
  return objectsOf({ run, confidence, outcome: slice.outcome, among: slice.where });
}

/** All pages judge this slice only; it can be saved under "All images". */
function judgeOnly(where: string): void {
  setView({ slice: joined(getView().slice, where) });
}

const MEASURES = { recall: "Recall", precision: "Precision", change: "Recall change" };

export function WeakCard({ data, choice, stale }: { data: WeakSlices; choice: Choice; stale: boolean }): ReactElement {
  const { slices, baseline } = data;
  const changes = slices.flatMap((s) => [s.inside, (s.rest ?? 0) - (s.drop.high ?? 0)]).map((v) => Math.abs(v ?? 0));
  const scale = Math.min(1, Math.ceil(Math.max(0.1, ...changes) * 10) / 10);
  return (
    <Card
      title="Weak slices"
      className={stale ? "stale" : ""}
      hint={`Found on half of the images, confirmed on the other half. q: false discovery rate over ${whole(data.tested)} tests. At stake: what would be right if the slice were like the rest. The line is the whole run: ${baselines(data)}.`}
      foot={data.waiting.length ? `Not computed yet, so not searched: ${data.waiting.join(", ")}. Run boxscore metric run.` : undefined}
    >
        <table className="table weak">
          <thead>
            <tr>
              <th>Slice</th>
              <th className="num">n</th>
              <th className="num">Images</th>
              <th className="num">{baseline === null ? "Value %" : "Change %"}</th>
              <th className="num">Else %</th>
              <th>Value, whole run</th>
              <th className="num" title="On the images that had no part in choosing the slice">Held out %</th>
              <th className="num">At stake</th>
              <th className="num">q</th>
            </tr>
          </thead>
          <tbody>
            {slices.map((slice) => {
              const go = choice.matched ? missesOf(slice, data) : null;
              return (
                <tr key={`${slice.measure} ${slice.name}`} className={go ? "click" : ""} onClick={() => go && setView(go)}>
                  <td className="wraps" title={spaced(slice.sentence)}>
                    <OutcomeGlyph of={slice.outcome} />{" "}
                    {go ? <button className="plain"><bdi>{spaced(slice.name)}</bdi></button> : <bdi>{spaced(slice.name)}</bdi>}
                    <small>
                      {MEASURES[slice.measure]}{slice.lost === null ? "" : `: ${whole(slice.lost)} lost, ${whole(slice.gained)} gained`}
                      {slice.where !== null && choice.matched && (
                        <>
                          {" · "}
                          <button className="link" onClick={(event) => { event.stopPropagation(); judgeOnly(slice.where!); }}>use as slice</button>
                        </>
                      )}
                    </small>
                  </td>
                  <td className="num">{whole(slice.units)}</td>
                  <td className="num">{whole(slice.images)}</td>
                  <td className="num"><b>{percent(slice.inside)}</b></td>
                  <td className="num">{percent(slice.rest)}</td>
                  <td className="whisker-cell"><InRun of={slice} whole={wholeOf(data, slice.measure)} scale={scale} /></td>
                  <td className="num">{percent(slice.held_out.inside)}</td>
                  <td className="num">{whole(Math.round(slice.at_stake))}</td>
                  <td className="num">{small(slice.q)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
    </Card>
  );
}

function wholeOf(data: WeakSlices, measure: WeakSlice["measure"]): number | null {
  return data.measures[measure]?.value ?? null;
}

/** "recall 26.3 %, precision 32.9 %". */
function baselines(data: WeakSlices): string {
  const known = (["recall", "precision", "change"] as const).filter((m) => wholeOf(data, m) !== null);
  return known.map((m) => `${MEASURES[m].toLowerCase()} ${percent(wholeOf(data, m))} %`).join(", ");
}

/** A slice's value with the interval of its difference, and the whole run as a line. */
function InRun({ of, whole, scale }: { of: WeakSlice; whole: number | null; scale: number }): ReactElement {
  const { rest, drop } = of;
  const less = (by: number | null) => (rest === null || by === null ? null : rest - by);
  const [from, to] = of.measure === "change" ? [-scale, scale] : [0, 1];
  return <Whisker of={{ estimate: of.inside, low: less(drop.high), high: less(drop.low), reason: null }} from={from} to={to} line={whole} tone="worse" />;
}

/** .046, or <.001. */
export function small(q: number | null): string {
  if (q === null) return DASH;
  return q < 0.001 ? "<.001" : q.toFixed(3).replace(/^0/, "");
}

/** Objects followed from A to B as a table of four, and the false positives that came and went. */
import type { ReactElement } from "react";
import type { ComparedPair } from "../api/client";
import { plural, score, whole } from "../format";
import { Card } from "../parts/card";
import type { Flip } from "../state/url";
import { setView, useView } from "../state/view";

export const FLIP_WORDS: Record<Flip, string> = {
  right_in_both: "both right",
  broken: "broken",
  fixed: "fixed",
  wrong_in_both: "both wrong",
  new: "new false positives",
  removed: "false positives gone",
};

interface Props {
  pair: ComparedPair;
  /** Of the first and the second run. */
  letters: [string, string];
  at: string;
}

export function FlipsCard({ pair, letters: [a, b], at }: Props): ReactElement {
  const { flips, false_positives: alarms } = pair;
  const opens = pair.followed === "objects";
  const [found, missed] = opens ? ["finds it", "misses it"] : ["is right", "is wrong"];
  const total = flips.right_in_both + flips.broken + flips.fixed + flips.wrong_in_both;
  const cell = (flip: "right_in_both" | "broken" | "fixed" | "wrong_in_both") => <FlipCell flip={flip} count={flips[flip]} opens={opens} />;
  return (
    <Card title="Flips" hint={at}>
      <table className="flips">
        <thead>
          <tr>
            <td />
            <th scope="col">{b} {found}</th>
            <th scope="col">{b} {missed}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{a} {found}</th>
            <td>{cell("right_in_both")}</td>
            <td>{cell("broken")}</td>
          </tr>
          <tr>
            <th scope="row">{a} {missed}</th>
            <td>{cell("fixed")}</td>
            <td>{cell("wrong_in_both")}</td>
          </tr>
        </tbody>
      </table>
      <p className="muted">
        {plural(total, opens ? "object" : "answer")}. Exact McNemar p {flips.p < 0.0001 ? "< .0001" : `= ${score(flips.p, 4)}`}; what shares an image is not independent, so read it with the intervals.
      </p>
      {alarms && (
        <div className="flips-alarms">
          <FlipCell flip="new" count={alarms.new} opens={opens} />
          <FlipCell flip="removed" count={alarms.removed} opens={opens} />
        </div>
      )}
    </Card>
  );
}

function FlipCell({ flip, count, opens }: { flip: Flip; count: number; opens: boolean }): ReactElement {
  const view = useView();
  return (
    <button className={`flip ${flip}`} disabled={!opens} aria-pressed={opens && view.flip === flip && view.size === null && view.why === null} onClick={() => setView({ flip, size: null, why: null, selected: null })}>
      <b>{whole(count)}</b> <span>{FLIP_WORDS[flip]}</span>
    </button>
  );
}

/** What would be gained if one kind of error vanished, with doubt; a row leads to its objects. */
import type { ReactElement } from "react";
import { useErrorBudget, type Run } from "../api/client";
import { useBudgetIntervals, type BudgetIntervals } from "../api/doubt";
import { DASH, KIND_NAMES, plural, score, whole } from "../format";
import { overlapOf } from "../metrics";
import { Card, Failure, Skeleton } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import type { Choice } from "../state/choice";
import { objectsOf } from "../state/url";
import { useView, setView } from "../state/view";

export function ErrorBudgetCard({ run, choice }: { run: Run; choice: Choice }): ReactElement {
  const { iou } = useView();
  const budget = useErrorBudget(run.name, iou, choice.under);
  const doubt = useBudgetIntervals(run.name, iou, choice.under);
  if (budget.error) return <Failure error={budget.error} retry={() => void budget.refetch()} />;
  if (!budget.data) return <Skeleton height={240} />;
  const { kinds, ap } = budget.data;
  const rows = Object.entries(kinds).sort((a, b) => (b[1].delta_ap ?? 0) - (a[1].delta_ap ?? 0));
  // Room for whiskers is there before they come, so that no bar changes its length then.
  const most = Math.max(...rows.map(([, cost]) => (cost.delta_ap ?? 0) * ROOM), 1e-9);
  return (
    <Card
      title="Error budget"
      hint={`AP gained at ${overlapOf(choice.task)} ${score(iou, 2)} if one kind of error vanished (now ${score(ap)}), at any confidence`}
      foot={`${doubtWords(doubt.data, doubt.isError)} Kinds and costs as TIDE defines them; a row opens its objects.`}
    >
      <ul className="budget">
        {rows.map(([kind, cost]) => {
          const outcome = kind === "missed" ? "fn" : "fp";
          const ends = doubt.data?.kinds[kind];
          const sure = ends && ends.low !== null && ends.high !== null ? `, 95 % +${score(ends.low)} to +${score(ends.high)}` : "";
          return (
            <li key={kind}>
              <button
                onClick={() => setView(objectsOf({ outcome, kind: kind === "missed" ? null : kind }))}
                title={`${whole(cost.count)} of this kind${sure}`}
              >
                <span className="budget-name">
                  <OutcomeGlyph of={outcome} />
                  {KIND_NAMES[kind] ?? kind}
                </span>
                <span className="budget-bar">
                  <i className={outcome} style={{ width: share(cost.delta_ap, most) }} />
                  {ends && ends.low !== null && ends.high !== null && <Range low={ends.low} high={ends.high} most={most} />}
                </span>
                <b>{cost.delta_ap === null ? DASH : `+${score(cost.delta_ap)}`}</b>
              </button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

const ROOM = 1.4;

function share(value: number | null, most: number): string {
  return `${Math.min(100, (100 * (value ?? 0)) / most)}%`;
}

function Range({ low, high, most }: { low: number; high: number; most: number }): ReactElement {
  const words = `95 % +${score(low)} to +${score(high)}`;
  return <span className="budget-range" role="img" aria-label={words} style={{ left: share(low, most), right: `calc(100% - ${share(high, most)})` }} />;
}

function doubtWords(found: BudgetIntervals | null | undefined, failed: boolean): string {
  if (found?.reason) return `No intervals: ${found.reason}.`;
  if (failed) return "No intervals: they could not be drawn.";
  const sets = found ? `${plural(found.replicates, "set")} of ${plural(found.clusters, found.unit)}` : "sets of images";
  return `Whiskers: 95 % of ${sets} drawn anew.`;
}

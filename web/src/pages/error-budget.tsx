/** What would be gained if one kind of error vanished; a row leads to its objects. */
import type { ReactElement } from "react";
import { useErrorBudget, type Run } from "../api/client";
import { DASH, KIND_NAMES, score, whole } from "../format";
import { overlapOf } from "../metrics";
import { Card, Failure, Skeleton } from "../parts/card";
import type { Choice } from "../state/choice";
import { objectsOf } from "../state/url";
import { useView, setView } from "../state/view";

export function ErrorBudgetCard({ run, choice }: { run: Run; choice: Choice }): ReactElement {
  const { iou } = useView();
  const budget = useErrorBudget(run.name, iou, choice.under);
  if (budget.error) return <Failure error={budget.error} retry={() => void budget.refetch()} />;
  if (!budget.data) return <Skeleton height={240} />;
  const { kinds, ap } = budget.data;
  const rows = Object.entries(kinds).sort((a, b) => (b[1].delta_ap ?? 0) - (a[1].delta_ap ?? 0));
  const most = Math.max(...rows.map(([, cost]) => cost.delta_ap ?? 0), 1e-9);
  return (
    <Card
      title="Error budget"
      hint={`AP gained at ${overlapOf(choice.task)} ${score(iou, 2)} if one kind of error vanished (now ${score(ap)}), at any confidence`}
      foot="Kinds and costs as TIDE defines them. A row opens its objects at the thresholds above."
    >
      <ul className="budget">
        {rows.map(([kind, cost]) => (
          <li key={kind}>
            <button
              onClick={() => setView(objectsOf({ outcome: kind === "missed" ? "fn" : "fp", kind: kind === "missed" ? null : kind }))}
              title={`${whole(cost.count)} of this kind`}
            >
              <span>{KIND_NAMES[kind] ?? kind}</span>
              <i className={kind === "missed" ? "fn" : "fp"} style={{ width: `${(100 * (cost.delta_ap ?? 0)) / most}%` }} />
              <b>{cost.delta_ap === null ? DASH : `+${score(cost.delta_ap)}`}</b>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Under which conditions does the model fail? */
import type { ReactElement } from "react";
import { pointOf, type Overview, type Run } from "../api/client";
import { useImportance, useWeakSlices, type WeakSlices } from "../api/slices";
import { plural, score, spaced, whole } from "../format";
import { Empty, Failure, Skeleton } from "../parts/card";
import { Letter } from "../parts/marks";
import { ImportanceCard } from "../slices/importance-table";
import { MetricCard } from "../slices/metric-chart";
import { missesOf, WeakCard } from "../slices/weak-table";
import { choiceOf, type Choice } from "../state/choice";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const QUESTION = "Under which conditions does the model fail?";

export function SlicesPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const view = useView();
  const chosen = choiceOf(view, run);
  const choice = chosen.confusable ? chosen : choiceOf({ ...view, task: null }, run);
  if (choice.confusable) return <Found project={project} run={run} choice={choice} />;
  return (
    <>
      <PageHead title="Slices" question={QUESTION} />
      <Empty title={`${run.name} has nothing that is right or wrong one by one`}>
        <p>Choose a run of boxes, masks, keypoints or answers above. The Overview has this run's numbers per class.</p>
      </Empty>
    </>
  );
}

function Found({ project, run, choice }: { project: Overview; run: Run; choice: Choice }): ReactElement {
  const view = useView();
  const others = choice.matched ? project.runs.filter((r) => r !== run && r.task === run.task) : [];
  const baseline = others.find((r) => r.name === view.baseline)?.name ?? null;
  const point = pointOf(view, run.name);
  const weak = useWeakSlices(point, baseline, choice.under);
  const importance = useImportance(point, baseline, choice.under);
  return (
    <>
      <PageHead title="Slices" question={QUESTION}>
        <div className="choice">
          {others.length > 0 && <BaselineChoice run={run} others={others} baseline={baseline} />}
          {weak.data && <span className="muted" data-testid="searched">{plural(weak.data.looked_at, "slice")} looked at, {plural(weak.data.tested, "test")}, {weak.data.slices.length} weak</span>}
        </div>
      </PageHead>
      {weak.error ? <Failure error={weak.error} retry={() => void weak.refetch()} /> : <Lead data={weak.data} choice={choice} stale={weak.isPlaceholderData} />}
      <div className="columns slices-columns">
        {!importance.error && <MetricCard run={run} importance={importance.data} choice={choice} />}
        <div>
          {weak.data ? weak.data.slices.length > 0 && <WeakCard data={weak.data} choice={choice} stale={weak.isPlaceholderData} /> : !weak.error && <Skeleton height={220} />}
          {importance.error ? (
            <Failure error={importance.error} retry={() => void importance.refetch()} />
          ) : importance.data ? (
            <ImportanceCard data={importance.data} stale={importance.isPlaceholderData} />
          ) : (
            <Skeleton height={300} />
          )}
        </div>
      </div>
    </>
  );
}

function BaselineChoice({ run, others, baseline }: { run: Run; others: Run[]; baseline: string | null }): ReactElement {
  return (
    <label>
      <Letter letter={run.letter} />
      <select className="btn small" aria-label="Baseline" value={baseline ?? ""} onChange={(e) => setView({ baseline: e.target.value || null, metric: null })}>
        <option value="">on its own</option>
        {others.map((r) => (
          <option key={r.name} value={r.name}>{`against ${r.name}`}</option>
        ))}
      </select>
    </label>
  );
}

/** The slice with most objects at stake, in one sentence. */
function Lead({ data, choice, stale }: { data: WeakSlices | undefined; choice: Choice; stale: boolean }): ReactElement {
  const [first] = data?.slices ?? [];
  if (!data) return <Skeleton height={52} />;
  if (!first)
    return (
      <p className={stale ? "lead stale" : "lead"} data-testid="lead">
        <b>No slice is clearly below the rest.</b> {plural(data.looked_at, "slice was", "slices were")} looked at and {plural(data.tested, "one", "of them")} tested on images that had no part in choosing.
        {data.waiting.length > 0 && <> {plural(data.waiting.length, "metric")} not computed yet did not take part: <code>boxscore metric run</code></>}
      </p>
    );
  const go = missesOf(first, data);
  const more = data.baseline === null ? `Matching the rest would put about ${whole(Math.round(first.at_stake))} more right.` : `About ${whole(Math.round(first.at_stake))} objects more are lost than elsewhere.`;
  return (
    <p className={stale ? "lead stale" : "lead"} data-testid="lead">
      {spaced(first.sentence)} {more}{" "}
      {go && choice.matched && (
        <button className="link" onClick={() => setView(go)}>
          Show the {first.outcome === "fp" ? "false positives" : "misses"}
        </button>
      )}
      {data.iou === null && choice.matched && <span className="muted"> Mean over IoU {score(0.5, 2)} to {score(0.95, 2)}.</span>}
    </p>
  );
}

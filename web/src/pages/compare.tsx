/** What changed between two models, object by object? */
import type { ReactElement } from "react";
import { defined, useComparison, type Comparison, type Overview, type Run } from "../api/client";
import { useComparedRates } from "../api/doubt";
import { reportUrl } from "../api/gate";
import { CausesCard } from "../compare/causes";
import { ClassChanges, ForestCard } from "../compare/forest";
import { FlipsCard } from "../compare/flips";
import { Gallery } from "../compare/gallery";
import { DifferenceTiles } from "../compare/tiles";
import { VerdictCard } from "../compare/verdict";
import { KIND_NAMES, MISS_NAMES, plural, score } from "../format";
import { overlapOf } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Letter } from "../parts/marks";
import { Name } from "../parts/name";
import type { Flip } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const QUESTION = "What changed between the two models, object by object?";

export function ComparePage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const { other } = useView();
  const others = project.runs.filter((r) => r !== run && r.task === run.task);
  const against = others.find((r) => r.name === other) ?? others[0];
  if (!against)
    return (
      <>
        <PageHead title="Compare" question={QUESTION} />
        <Card title="One run of this task">
          <Empty title="There is nothing to compare it with">
            <p>Import another model's predictions of the same task; both are then followed object by object.</p>
            <code>boxscore import predictions other.json --name other</code>
          </Empty>
        </Card>
      </>
    );
  return <Compared run={run} against={against} others={others} />;
}

function Compared({ run, against, others }: { run: Run; against: Run; others: Run[] }): ReactElement {
  const view = useView();
  const slice = view.slice ?? undefined;
  const found = useComparison(run.name, against.name, view.iou, { slice }, view.confidence);
  const pair = found.data?.pairs[0];
  const letters: [string, string] = [run.letter, against.letter];
  const [only] = view.classes.length === 1 ? view.classes : [];
  const rates = useComparedRates(run.name, against.name, view.iou, view.confidence, slice, run.task !== "classification");
  const why = WHY_OF[view.flip]?.includes(view.why ?? "") ? view.why : null;
  const filter = {
    ...{ first: run.name, second: against.name, iou: view.iou, slice, state: view.flip, class_id: only },
    ...defined({ confidence: view.confidence, size: view.size, why }),
  };
  return (
    <>
      <PageHead title="Compare" question={QUESTION}>
        <div className="choice">
          <span className="one-run"><Letter letter={run.letter} /> <Name of={run.name} /> <span className="muted">baseline</span></span>
          <label>
            <Letter letter={against.letter} />
            <select className="btn small" aria-label="Compared with" value={against.name} onChange={(e) => setView({ other: e.target.value, selected: null })}>
              {others.map((r) => (
                <option key={r.name}>{r.name}</option>
              ))}
            </select>
          </label>
          <button className="btn small" onClick={() => setView({ run: against.name, other: run.name, selected: null })}>
            Swap
          </button>
          <a className="btn small" href={reportUrl([run.name, against.name], "html", view.slice)} download>
            Report
          </a>
        </div>
      </PageHead>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data || !pair ? (
        <Skeleton height={400} />
      ) : (
        <div className={found.isPlaceholderData ? "stale" : ""}>
          <DifferenceTiles pair={pair} task={found.data.task} rates={rates.data?.rates} stale={rates.isPlaceholderData} at={shortPoint(found.data)} />
          <VerdictCard data={found.data} pair={pair} />
          <div className="columns compare-columns">
            <div>
              <FlipsCard pair={pair} letters={letters} at={pointOfBoth(found.data)} />
              <ForestCard pair={pair} letters={letters} task={found.data.task} />
            </div>
            {pair.followed === "objects" ? <Gallery runs={[run, against]} filter={filter} /> : <ClassChanges pair={pair} />}
          </div>
          {pair.followed === "objects" && (
            <div className="columns causes-columns">
              <CausesCard pair={pair} />
              <ClassChanges pair={pair} />
            </div>
          )}
        </div>
      )}
    </>
  );
}

/** The reasons that a change can have. */
const WHY_OF: Partial<Record<Flip, string[]>> = {
  ...{ new: Object.keys(KIND_NAMES), removed: Object.keys(KIND_NAMES) },
  ...{ broken: Object.keys(MISS_NAMES), fixed: Object.keys(MISS_NAMES) },
};

function shortPoint({ iou, confidences, task }: Comparison): string {
  const [a, b] = confidences.map((c) => score(c, 2));
  return `${overlapOf(task)} ${score(iou, 2)}, confidence ${a === b ? a : `${a} and ${b}`}`;
}

function pointOfBoth({ iou, confidences, task, images }: Comparison): string {
  if (iou === null) return `On ${plural(images, "image")}`;
  const [a, b] = confidences.map((c) => score(c, 2));
  if (confidences[0] === confidences[1]) return `${overlapOf(task)} ${score(iou, 2)}, confidence ${a}`;
  return `${overlapOf(task)} ${score(iou, 2)}, each run at the confidence of its best F1: ${a} and ${b}`;
}

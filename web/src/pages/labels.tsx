/** Which labels are probably wrong, and how much do they distort the score? */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import type { Overview, Run } from "../api/client";
import { decide as send, exportUrl, fetchLabelIssues, refresh, undo as takeBack, type Choice, type LabelIssue } from "../api/labels";
import { plural, whole } from "../format";
import { Evidence } from "../labels/evidence";
import { Queue } from "../labels/queue";
import { CorrectedScores } from "../labels/scores";
import { Stage } from "../labels/stage";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { narrowed } from "../state/honour";
import { useKeys } from "../state/keys";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const QUESTION = "Which labels are probably wrong, and how much do they distort the score?";
const BECOMES = { accept: "accepted", reject: "rejected", skip: "skipped" } as const;

export function LabelsPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const view = useView();
  const { issue: kind } = view;
  const left = narrowed(view);
  const list = useInfiniteQuery({
    queryKey: ["label-issues", kind, left],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => fetchLabelIssues(kind, left, pageParam, signal),
    getNextPageParam: (page) => page.next_offset,
  });
  const head = list.data?.pages[0];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  if (list.error || !head)
    return (
      <>
        <PageHead title="Label issues" question={QUESTION} />
        {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : <Skeleton height={500} />}
      </>
    );
  const issues = list.data?.pages.flatMap((p) => p.issues) ?? [];
  const more = () => hasNextPage && !isFetchingNextPage && void fetchNextPage();
  return <Review project={project} run={run} head={head} issues={issues} stale={list.isPlaceholderData} more={more} />;
}

interface ReviewProps {
  project: Overview;
  run: Run;
  head: Awaited<ReturnType<typeof fetchLabelIssues>>;
  issues: LabelIssue[];
  stale: boolean;
  more: () => void;
}

/** Decisions show at once; what the server says of them follows. */
function Review({ project, run, head, issues, stale, more }: ReviewProps): ReactElement {
  const view = useView();
  const [pending, setPending] = useState<ReadonlyMap<string, LabelIssue["state"]>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const rows = issues.map((one) => (pending.has(one.key) ? { ...one, state: pending.get(one.key)! } : one));
  const chosen = rows.findIndex((one) => one.key === view.selected);
  const at = chosen >= 0 ? chosen : Math.max(0, rows.findIndex((one) => one.state === "open"));
  const issue = rows[at];

  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) setView({ selected: next.key });
  };
  const settle = async (work: Promise<unknown>, key: string) => {
    try {
      await work;
      setError(null);
    } catch (failed) {
      setError(failed);
    }
    await refresh();
    setPending((old) => new Map([...old].filter(([known]) => known !== key)));
  };
  const decide = (choice: Choice) => {
    if (!issue) return;
    setPending((old) => new Map(old).set(issue.key, BECOMES[choice]));
    const after = [...rows.slice(at + 1), ...rows.slice(0, at)];
    const next = after.find((one) => one.state === "open") ?? rows[at + 1];
    if (next) setView({ selected: next.key });
    void settle(send(issue.key, choice), issue.key);
  };
  const undo = () => {
    const back = takeBack().then((key) => setView({ selected: key }));
    void settle(back, "");
  };
  useKeys({ j: () => move(1), k: () => move(-1), a: () => decide("accept"), r: () => decide("reject"), s: () => decide("skip"), u: undo, z: () => setView({ zoom: !view.zoom }) });

  const filtered = Object.keys(narrowed(view)).length > 0;
  const { open, accepted, rejected, skipped } = head.states;
  const decided = accepted + rejected + skipped;
  return (
    <div className={stale ? "labels-page stale" : "labels-page"}>
      <PageHead title="Label issues" question={QUESTION}>
        <div className="label-exports">
          <span aria-live="polite" data-testid="counts">
            {whole(accepted)} fixed, {whole(rejected)} kept, {whole(open + skipped)} open
          </span>
          <Exports accepted={accepted} />
        </div>
      </PageHead>
      <CorrectedScores runs={project.runs} filtered={filtered} />
      {open + decided === 0 ? (
        <Card title="No suspects">
          {filtered ? (
            <Empty title="The filter leaves no suspect">
              <p>Of the images and objects that it leaves, no label looks wrong.</p>
            </Empty>
          ) : (
            <Empty title="No label looks wrong">
              <p>No run contradicts a label strongly enough. Another, different model would be a second opinion.</p>
            </Empty>
          )}
        </Card>
      ) : (
        <>
          {open === 0 && (
            <p className="label-done" role="status">
              <b>All suspects{filtered && " that the filter leaves"} are decided.</b> {plural(accepted, "fix", "fixes")} accepted, {plural(rejected, "label")} kept{skipped > 0 && `, ${whole(skipped)} skipped`}. Export the fixes at the top right.
            </p>
          )}
          <div className="label-columns">
            <Queue kinds={head.kinds} issues={rows} total={head.total} current={at} more={more} />
            <Stage issue={issue} run={run} />
            <Evidence issue={issue} runs={project.runs} notes={head.notes} decide={decide} undo={undo} undoable={decided + pending.size > 0} error={error} />
          </div>
        </>
      )}
    </div>
  );
}

function Exports({ accepted }: { accepted: number }): ReactElement {
  if (!accepted)
    return (
      <button className="btn" disabled title="Accept a fix first">
        Export 0 fixes
      </button>
    );
  return (
    <details className="menu">
      <summary className="btn">Export {plural(accepted, "fix", "fixes")}</summary>
      <div>
        <a href={exportUrl("patch", "coco")} download>Patch, COCO</a>
        <a href={exportUrl("patch", "cvat")} download>Images concerned, CVAT</a>
        <a href={exportUrl("corrected", "coco")} download>All labels corrected, COCO</a>
      </div>
    </details>
  );
}

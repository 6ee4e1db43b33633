/** Which models have been evaluated on this data? */
import { useState, type ReactElement } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { pointOf, thumbnailUrl, useComparison, useIntervals, useSummary, type Overview, type Run, type Task, type Under } from "../api/client";
import { usePlaces } from "../api/embeddings";
import { useGateVerdicts, type Verdicts } from "../api/gate";
import { useProjects } from "../api/jobs";
import { ImportDialog } from "../imports/import-dialog";
import { GatePill } from "../runs/gate-pill";
import { VerdictCard } from "../compare/verdict";
import { Card, Empty, Skeleton } from "../parts/card";
import { Letter } from "../parts/marks";
import { Whisker } from "../parts/whisker";
import { percent, plural, score, whole } from "../format";
import { labelledWords, metric, written } from "../metrics";
import { exactTitle, valueOf, withPart } from "../state/slice";
import { objectsOf, unfiltered } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

export function RunsPage({ project, run }: { project: Overview; run: Run | undefined }): ReactElement {
  const small = project.images <= MOST_IMAGES;
  const { slice } = useView();
  const [asked, ask] = useState(small);
  const gate = useGateVerdicts(asked && project.runs.length > 0, slice);
  return (
    <>
      <PageHead title="Runs" question="Which models have been evaluated on this data, and does the newest pass?">
        {project.runs.length > 0 && <AddRunButton project={project} label="Import predictions" />}
      </PageHead>
      {project.runs.length > 0 && (
        <Card title="Runs" hint={definition(project.runs)} className="runs-card">
          <table className="table runs-table">
            <thead>
              <tr>
                <th aria-label="Letter" />
                <th>Run</th>
                <th>SHA-256</th>
                <th className="num">Predictions</th>
                {Object.values(mainOf(project.runs[0]!)).map((name) => (
                  <th key={name} className="num">
                    {name}
                  </th>
                ))}
                <th className="num">Precision %</th>
                <th className="num">Recall %</th>
                <th className="num">Confidence</th>
                <th>Gate</th>
              </tr>
            </thead>
            <tbody>
              {project.runs.map((r) => (
                <RunRow key={r.name} run={r} current={r === run} head={mainOf(project.runs[0]!)} small={small} gate={gate} asked={asked} ask={() => ask(true)} />
              ))}
            </tbody>
          </table>
        </Card>
      )}
      <Newest project={project} />
      <div className="columns runs-columns">
        <AddRun project={project} />
        <DataCard project={project} run={run} />
      </div>
    </>
  );
}

/** Images up to which a list of runs draws intervals and compares by itself; beyond, Compare is asked. */
const MOST_IMAGES = 10_000;

/** The newest run against the first one of its task. */
function Newest({ project }: { project: Overview }): ReactElement | null {
  const newest = project.runs.at(-1);
  const first = project.runs.find((r) => r.task === newest?.task);
  if (!newest || !first || first === newest || project.images > MOST_IMAGES) return null;
  return <Against first={first.name} second={newest.name} />;
}

function Against({ first, second }: { first: string; second: string }): ReactElement | null {
  const view = useView();
  const found = useComparison(first, second, view.iou, { slice: view.slice ?? undefined });
  const pair = found.data?.pairs[0];
  if (found.error) return null; // of some tasks no two runs are compared; Compare says why
  if (!found.data || !pair) return <Skeleton height={150} />;
  return (
    <VerdictCard data={found.data} pair={pair}>
      <button className="btn small" onClick={() => setView({ page: "compare", run: first, other: second, selected: null })}>
        See what changed
      </button>
    </VerdictCard>
  );
}

/** Any page that is about a run, in a project that has none. */
export function NoRunPage({ project, title }: { project: Overview; title: string }): ReactElement {
  return (
    <>
      <PageHead title={title} question="This page is about the predictions of a run, and none is here yet." />
      <div className="columns runs-columns">
        <AddRun project={project} />
        <DataCard project={project} run={undefined} />
      </div>
    </>
  );
}

const MOST_THUMBNAILS = 24;
const MOST_ASKED = 2 * MOST_THUMBNAILS;
type Main = Record<string, string>;
const OF_ANSWERS: Main = { accuracy: "Accuracy %", balanced_accuracy: "Balanced %", f1: "F1" };
const OF_OBJECTS: Main = { AP: "AP .50:.95", AP50: "AP50", AP75: "AP75" };
const COMPARED: Record<string, string> = { bbox: "boxes", obb: "rotated boxes", segm: "masks", keypoints: "keypoints" };

/** The numbers that a list shows of a run; the first run names the columns. */
function mainOf(run: Run): Main {
  return run.task === "classification" ? OF_ANSWERS : OF_OBJECTS;
}

function definition(runs: Run[]): string {
  const answers = "Answers compared with labels, item by item. Accuracy: items with exactly the right answers; precision, recall and F1: means over classes.";
  const compared = Object.entries(COMPARED).flatMap(([task, name]) => (runs.some((r) => r.task === task) ? [name] : []));
  if (!compared.length) return answers;
  const objects = `COCO protocol on ${compared.join(" or ")}. Precision and recall at the thresholds above, each run at its own best F1 until you move the slider.`;
  return runs.some((r) => r.task === "classification") ? `${objects} ${answers}` : objects;
}

/** A list compares all runs by one rule, whatever is usual in the project. */
function ownRules(run: Run): Under {
  const own = run.tasks.find((t) => t.task === run.task);
  if (own?.protocols[0] === undefined || (own.protocols[0].name === "coco" && run.usual_task === run.task)) return {};
  return { task: run.task as Task, protocol: own.protocols.find((p) => p.name === "coco")?.name };
}

interface RowProps {
  run: Run;
  current: boolean;
  head: Main;
  /** Whether intervals are quick to draw. */
  small: boolean;
  gate: UseQueryResult<Verdicts>;
  /** Large projects ask the gate when somebody wants to know. */
  asked: boolean;
  ask: () => void;
}

function RunRow({ run, current, head, small, gate, asked, ask }: RowProps): ReactElement {
  const view = useView();
  const summary = useSummary(pointOf(view, run.name), { ...ownRules(run), ...(view.slice === null ? {} : { slice: view.slice }) });
  const metrics = view.slice === null ? run.metrics : summary.data?.metrics;
  const counts = summary.data?.counts ?? run.counts;
  const main = mainOf(run);
  const named = main !== head;
  const answers = run.task === "classification";
  const drawn = small && (answers || run.tasks.some((t) => t.task === run.task && t.protocols.some((p) => p.name === "coco")));
  const rates = answers ? metrics : counts;
  const intervals = useIntervals(run.name, { task: run.task as Task, slice: view.slice ?? undefined }, drawn).data?.intervals;
  return (
    <tr className={`click ${current ? "current" : ""} run-${run.letter.toLowerCase()}`} onClick={() => setView({ run: run.name, confidence: null })}>
      <td>
        <Letter letter={run.letter} />
      </td>
      <td>
        <button className="plain" onClick={() => setView({ run: run.name, confidence: null, page: "overview" })}>
          <b>
            <bdi>{run.name}</bdi>
          </b>
        </button>
        <small>
          <bdi>{run.file}</bdi>
        </small>
      </td>
      <td>
        <code title={run.sha256}>{run.sha256.slice(0, 8)}</code>
      </td>
      <td className="num">{whole(run.predictions)}</td>
      {Object.entries(main).map(([key, name]) => (
        <td key={key} className="num">
          <b className="big">{written(metrics?.[key], metric(key, run.task, undefined).unit)}</b>
          {intervals?.[key] ? <Whisker of={intervals[key]} /> : drawn && <span className="whisker-place" />}
          {named && <small>{name}</small>}
        </td>
      ))}
      <td className="num">{percent(rates?.precision)}</td>
      <td className="num">{percent(rates?.recall)}</td>
      <td className="num">{score(counts?.confidence, 2)}</td>
      <td className="gate-cell">
        <GatePill run={run.name} gate={gate} asked={asked} ask={ask} patient={!small} />
      </td>
    </tr>
  );
}

function AddRun({ project }: { project: Overview }): ReactElement {
  return (
    <Card title="Add a run" hint="The file is only read. What does not fit is counted and listed before anything is written.">
      <div className="drop">
        <Empty title={project.runs.length === 0 ? "No run yet" : "Import another model's predictions"}>
          <AddRunButton project={project} label="Add a run" />
          <p>COCO results, YOLO or plain text files, Pascal VOC, KITTI, MOT, mask images, tables, an Encord Active pickle: the format is recognised by its content. From a terminal:</p>
          <code>boxscore import predictions results.json --name my-run</code>
          <p className="muted"><code>boxscore doctor results.json</code> says first how it would be read. This page shows the new run as soon as it is stored.</p>
        </Empty>
      </div>
    </Card>
  );
}

function AddRunButton({ project, label }: { project: Overview; label: string }): ReactElement {
  const [adding, setAdding] = useState(false);
  const projects = useProjects();
  return (
    <>
      <button className="btn primary" aria-haspopup="dialog" onClick={() => setAdding(true)}>
        {label}
      </button>
      {adding && (
        <ImportDialog
          what="run"
          names={project.classes.map((c) => c.name)}
          browse={projects.data?.can_browse ?? false}
          close={() => setAdding(false)}
          done={() => setAdding(false)}
        />
      )}
    </>
  );
}

function DataCard({ project, run }: { project: Overview; run: Run | undefined }): ReactElement {
  const labelled = project.classes.filter((c) => c.ground_truth > 0).length;
  return (
    <Card title="Data" hint={plural(project.images_with_pixels, "picture")}>
      <Thumbnails images={project.images} pictures={project.images_with_pixels} opens={run !== undefined} />
      <dl className="facts">
        <dt>Images</dt>
        <dd>
          {whole(project.images)}
          {project.images_with_pixels < project.images &&
            `, ${whole(project.images - project.images_with_pixels)} of them without pixels`}
        </dd>
        <dt>Labelled</dt>
        <dd>
          {labelledWords(project)}
          {project.crowd > 0 && ` and ${plural(project.crowd, "crowd region")}`}
        </dd>
        <dt>Classes</dt>
        <dd>
          {whole(labelled)} of {whole(project.classes.length)} have labels
        </dd>
        {project.splits.length > 0 && (
          <>
            <dt>Splits</dt>
            <dd>
              <Splits splits={project.splits} />
            </dd>
          </>
        )}
      </dl>
      <TrainNote project={project} run={run} />
    </Card>
  );
}

/** Each split as a filter; the same again takes it off. */
function Splits({ splits }: { splits: Overview["splits"] }): ReactElement {
  const { slice } = useView();
  return (
    <>
      {splits.map((s) => (
        <button key={s.name} className="link split" aria-pressed={valueOf(slice, "split") === s.name} onClick={() => setView({ slice: withPart(slice, "split", s.name), selected: null })}>
          {whole(s.images)} <bdi>{s.name}</bdi>
        </button>
      ))}
    </>
  );
}

function TrainNote({ project, run }: { project: Overview; run: Run | undefined }): ReactElement | null {
  const train = project.splits.filter((s) => /train/i.test(s.name));
  const count = train.reduce((sum, s) => sum + s.images, 0);
  if (!count) return null;
  const both = run && count < project.images && project.images <= MOST_IMAGES;
  return (
    <p className="note warn">
      <b>Training images in the data.</b> {whole(count)} of {whole(project.images)} images come from{" "}
      {train.map((s) => s.name).join(", ")}, which a model has usually seen.{" "}
      {both ? <OnSplits run={run} train={`split=${train.map((s) => s.name).join("|")}`} /> : "Read the scores with that in mind."}
    </p>
  );
}

/** The first number of the list on the training images, and on the others. */
function OnSplits({ run, train }: { run: Run; train: string }): ReactElement {
  const point = { run: run.name, iou: 0.5, confidence: null, classes: undefined };
  const [key, name] = Object.entries(mainOf(run))[0]!;
  const seen = useSummary(point, { ...ownRules(run), slice: train }).data?.metrics[key];
  const others = useSummary(point, { ...ownRules(run), slice: `!${train}` }).data?.metrics[key];
  const shown = (value: number) => written(value, metric(key, run.task, undefined).unit);
  if (seen == null || others == null) return <>Read the scores with that in mind.</>;
  return (
    <>
      <bdi>{run.name}</bdi> has {name} {shown(seen)} on them and {shown(others)} on the others.
    </>
  );
}

/** Everything on one image. */
export function openImage(title: string): void {
  setView({ ...unfiltered(), ...objectsOf({ outcome: "all" }), slice: exactTitle(title) });
}

/** Rows of images from the first to the last, more than are shown: some may have no pixels. */
function spread(images: number): number[] {
  const some = Math.min(images, MOST_ASKED);
  return Array.from({ length: some }, (_, k) => Math.floor((k * images) / some));
}

/** As many places as there will be pictures, so that nothing below moves when they come. */
function Thumbnails({ images, pictures, opens }: { images: number; pictures: number; opens: boolean }): ReactElement | null {
  const places = usePlaces("images", pictures ? spread(images) : []);
  const shown = (places.data ?? []).filter((i) => i.has_pixels).slice(0, MOST_THUMBNAILS);
  if (!pictures || (places.data && !shown.length)) return null;
  return (
    <div className="thumbnails">
      {!places.data && Array.from({ length: Math.min(pictures, MOST_THUMBNAILS) }, (_, k) => <span key={k} />)}
      {shown.map((i) => (
        <button key={i.data_hash + i.frame} disabled={!opens} title={opens ? `${i.title}: what is on it` : i.title} onClick={() => openImage(i.title)}>
          <img src={thumbnailUrl(i, 160)} alt={i.title} loading="lazy" />
        </button>
      ))}
    </div>
  );
}

/** Do these images and labels look like those? */
import type { ReactElement } from "react";
import type { Overview, Run } from "../api/client";
import { useDrift, useDriftedMetric, type Drift, type Sides } from "../api/drift";
import { ClassBalance } from "../drift/class-balance";
import { Gallery } from "../drift/gallery";
import { byDistance, MetricTable } from "../drift/metric-table";
import { Overlay } from "../drift/overlay";
import { SideChoice, sideName, sidesOf, useChoices } from "../drift/sides";
import { percent, plural, score, short } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Told } from "../parts/told";
import { small } from "../slices/weak-table";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

export function DriftPage({ project, run }: { project: Overview; run: Run | undefined }): ReactElement {
  const view = useView();
  const choices = useChoices(project, view);
  const sides = sidesOf(choices, view, project);
  const choosable = choices.options.length > 0 || choices.others.length > 0 || view.slice !== null;
  return (
    <>
      <PageHead title="Drift" question="Do these images and labels look like those?">
        {choosable && <SideChoice of={choices} />}
      </PageHead>
      {sides === null ? <NothingToCompare choosable={choosable} /> : <Found sides={sides} other={choices.other} opens={run !== undefined} />}
    </>
  );
}

function NothingToCompare({ choosable }: { choosable: boolean }): ReactElement {
  return (
    <Card title="Two sides">
      <Empty title={choosable ? "Both sides are the same images" : "There is only one set of images here"}>
        {choosable ? (
          <p>Choose another split, slice or project on one side.</p>
        ) : (
          <>
            <p>Drift compares two splits, two slices or two projects. Import images with their splits, save a slice with “All images” above, or open a folder that holds both projects:</p>
            <code>boxscore start -t FOLDER</code>
          </>
        )}
      </Empty>
    </Card>
  );
}

function Found({ sides, other, opens }: { sides: Sides; other: string | null; opens: boolean }): ReactElement {
  const view = useView();
  const found = useDrift(sides, true);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={600} />;
  const data = found.data;
  const ranked = byDistance(data);
  const chosen = ranked.find((m) => m.id === view.metric)?.id ?? ranked[0]?.id;
  const stale = found.isPlaceholderData;
  return (
    <>
      <Lead data={data} stale={stale} />
      <div className="columns drift-columns">
        {ranked.length ? (
          <MetricTable data={data} chosen={chosen} stale={stale} />
        ) : (
          <Card title="Metrics">
            <Empty title="No metric is computed on both sides">
              <p>Quality metrics say what images and labels are like. They are computed once.</p>
              <code>boxscore metric run</code>
            </Empty>
          </Card>
        )}
        <div>
          {chosen !== undefined && <Distributions key={chosen} sides={sides} metric={chosen} other={other} opens={opens} />}
          <ClassBalance data={data} stale={stale} />
        </div>
      </div>
    </>
  );
}

/** What differs, in one sentence. */
function Lead({ data, stale }: { data: Drift; stale: boolean }): ReactElement {
  const { first, second, metrics } = data;
  const drifted = byDistance(data).filter((m) => m.drifted);
  const most = drifted[0];
  const sizes = `${plural(first.images, "image")} and ${plural(second.images, "image")}`;
  return (
    <p className={stale ? "lead stale" : "lead"} data-testid="lead">
      {most
        ? `${drifted.length} of ${plural(metrics.length, "metric")} differ between ${sideName(first.name)} and ${sideName(second.name)} (${sizes}), most of all ${most.title}: median ${short(most.medians[0])} against ${short(most.medians[1])}, KS ${score(most.ks)}, q ${small(most.q)}.`
        : `None of ${plural(metrics.length, "metric")} differs clearly between ${sideName(first.name)} and ${sideName(second.name)} (${sizes}).`}
      {data.class_distance !== null && ` Class shares differ by ${percent(data.class_distance)} %.`}
    </p>
  );
}

function Distributions({ sides, metric, other, opens }: { sides: Sides; metric: string; other: string | null; opens: boolean }): ReactElement {
  const { bin } = useView();
  const found = useDriftedMetric(sides, metric, bin);
  const data = found.data;
  return (
    <>
      <Card
        title={data?.metric.title ?? "Distributions"}
        className={found.isPlaceholderData ? "stale" : ""}
        hint={data && <Told text={`${data.metric.meaning} Click a bar to see what lies in it; the outer bars reach to the extremes.`} />}
        foot={data && `KS ${score(data.drift.ks)} · delta ${score(data.drift.delta)} · ${data.drift.values.map((n, k) => `${plural(n, "value")} of ${sideName((k === 0 ? data.first : data.second).name)}`).join(" · ")}`}
        aside={
          data && (
            <div className="legend">
              <span><i className="side-mark side-a" /> <bdi>{sideName(data.first.name)}</bdi></span>
              <span><i className="side-mark side-b" /> <bdi>{sideName(data.second.name)}</bdi></span>
            </div>
          )
        }
      >
        {found.error ? (
          <Failure error={found.error} retry={() => void found.refetch()} />
        ) : data ? (
          <Overlay data={data} bin={bin} choose={(k) => setView({ bin: k === bin ? null : k })} />
        ) : (
          <Skeleton height={220} />
        )}
      </Card>
      {data && <Gallery data={data} other={other} opens={opens} />}
    </>
  );
}

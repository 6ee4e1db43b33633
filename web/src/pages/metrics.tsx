/** Which images and labels are unusual, and what is wrong with them? */
import { useState, type ReactElement } from "react";
import type { Findings, FindingCode, ListedMetric, MetricSubject, Run } from "../api/client";
import { useFindings, useMetrics, useMetricValues } from "../api/quality";
import { plural, short, whole } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Told } from "../parts/told";
import { ByClass } from "../quality/by-class";
import { FindingCodes } from "../quality/codes";
import { Histogram } from "../quality/histogram";
import { MetricList } from "../quality/list";
import { ValueTile } from "../quality/tiles";
import { narrowed } from "../state/honour";
import { exactTitle, parseSlice, rangeOf, withPart, type SliceKey } from "../state/slice";
import { ENDS, objectsOf, unfiltered, type End, type Side } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const STEP = 60;
const END_NAMES: Record<End, string> = { outliers: "Outliers", lowest: "Lowest", highest: "Highest" };

export function MetricsPage({ run }: { run: Run | undefined }): ReactElement {
  const view = useView();
  const metrics = useMetrics();
  const findings = useFindings({ run: run?.name }, 0, narrowed(view));
  const all = metrics.data ?? [];
  const asked = view.metric ?? findings.data?.codes.find((c) => c.code === view.code)?.metric;
  const chosen = all.find((m) => m.id === asked) ?? all.find((m) => m.id === "brightness") ?? all[0];
  const error = metrics.error ?? findings.error;
  return (
    <>
      <PageHead title="Metrics" question="Which images, labels and predictions are unusual, and what is wrong with them?" />
      {error ? (
        <Failure error={error} retry={() => [metrics, findings].forEach((asked) => asked.error && void asked.refetch())} />
      ) : !chosen ? (
        <Skeleton height={600} />
      ) : (
        <div className="metrics-columns">
          <MetricList metrics={all} findings={findings.data} chosen={chosen.id} choose={(metric) => setView({ metric, code: null })} />
          <div className="metrics-main">
            <div className="metrics-top">
              <Distribution key={chosen.id} metric={chosen} run={run} findings={findings.data} />
              {findings.data ? (
                <FindingCodes findings={findings.data} chosen={view.code} choose={(code) => setView(chosenCode(code, view.code))} />
              ) : (
                <Skeleton height={300} />
              )}
            </div>
            {run && findings.data && performs(chosen, findings.data) && <ByClass metric={chosen} run={run} />}
            {view.code ? (
              <Found code={view.code} run={run} findings={findings.data} />
            ) : findings.data?.not_computed.includes(chosen.title) ? null : (
              <Values key={`${chosen.id} ${view.end}`} metric={chosen} run={run} findings={findings.data} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

/** Whether a run can be judged by it: predictions have values, and they are computed. */
function performs(metric: ListedMetric, findings: Findings): boolean {
  return (metric.on === "image" || metric.roles.includes("prediction")) && !findings.not_computed.includes(metric.title);
}

/** Choosing a code again shows the metric's own values instead. */
function chosenCode(code: FindingCode, before: string | null) {
  if (code.code === before) return { code: null };
  const side: Side = code.code.startsWith("PRD") ? "predictions" : "labels";
  return { code: code.code, metric: code.metric, side };
}

/** Whose values are shown: the run's where the metric is of predictions only, or they were asked for. */
function sideOf(metric: ListedMetric, side: Side, run: Run | undefined): Side {
  if (metric.roles.length === 0 || !metric.roles.includes("prediction") || !run) return "labels";
  return metric.roles.includes("ground_truth") ? side : "predictions";
}

interface PartProps {
  metric: ListedMetric;
  run: Run | undefined;
  findings: Findings | undefined;
}

function Distribution({ metric, run, findings }: PartProps): ReactElement {
  const view = useView();
  const side = sideOf(metric, view.side, run);
  const owner = side === "predictions" ? (run?.name ?? null) : null;
  const key: SliceKey = `${metric.on === "image" ? "metric" : "object"}.${metric.id}`;
  // Its own range is lifted, so that another one can be chosen beside it.
  const values = useMetricValues({ metric: metric.id, run: owner, sort: "lowest" }, 0, narrowed(view, key));
  const fences = findings?.outliers.find((o) => o.metric === metric.id && o.run === owner);
  const sliceable = owner === null;
  const what = metric.on === "image" ? "images" : "objects";
  const part = [...parseSlice(view.slice), ...parseSlice(view.among)].find((p) => p.key === key && !p.not);
  const range = part ? rangeOf(part) : null;
  return (
    <Card
      title={metric.title}
      hint={<Told text={`${metric.meaning} ${metric.advice}`} />}
      aside={run && metric.roles.length === 2 ? <SideChoice side={side} run={run} /> : undefined}
      foot={values.data && values.data.histogram.counts.length > 0 && <Summary of={values.data.summary} total={values.data.total} undefinedOnes={values.data.undefined} />}
    >
      {values.error ? (
        <Failure error={values.error} retry={() => void values.refetch()} />
      ) : !values.data ? (
        <Skeleton height="calc(100cqw * 230 / 640 + 64px)" />
      ) : values.data.histogram.counts.length === 0 ? (
        <Nothing missing={values.data.missing} total={values.data.total} />
      ) : (
        <>
          <Histogram
            values={values.data}
            fences={fences}
            chosen={range}
            choose={run && (sliceable ? (low, high) => setView({ slice: withPart(view.slice, key, `${low}..${high}`), selected: null }) : metric.on === "object" ? (low, high) => setView(objectsOf({ outcome: "all", among: `object.${metric.id}=${low}..${high}` })) : undefined)}
          />
          <div className="row histogram-words">
            <span className="muted">
              Heights are square roots.{fences && fences.moderate + fences.severe > 0 ? " Dashed and solid lines: outliers from 1.5 and 2.5 interquartile ranges out." : ""}
              {owner !== null && metric.on === "object" ? " Outliers and findings are among predictions from the run's own confidence on." : ""}
              {sliceable && run && !range ? ` Click a bar to choose its ${what}.` : ""}
            </span>
            {range && (
              <>
                <button className="btn small" onClick={() => setView(objectsOf({}))}>
                  Errors of these {what}
                </button>
                <button className="btn small" onClick={() => setView({ page: "overview", selected: null })}>
                  Their scores
                </button>
              </>
            )}
          </div>
        </>
      )}
    </Card>
  );
}

function SideChoice({ side, run }: { side: Side; run: Run }): ReactElement {
  return (
    <div className="segments" role="radiogroup" aria-label="Of">
      {(["labels", "predictions"] as const).map((one) => (
        <button key={one} role="radio" aria-checked={one === side} onClick={() => setView({ side: one, code: null })}>
          {one === "labels" ? "Labels" : run.name}
        </button>
      ))}
    </div>
  );
}

function Summary({ of, total, undefinedOnes }: { of: Record<string, number | null>; total: number; undefinedOnes: number }): ReactElement {
  return (
    <>
      {plural(total, "value")}
      {undefinedOnes > 0 && `, ${whole(undefinedOnes)} undefined`}
      {of.median !== null && ` · least ${short(of.minimum)} · median ${short(of.median)} · mean ${short(of.mean)} · greatest ${short(of.maximum)}`}
    </>
  );
}

function Nothing({ missing, total }: { missing: number; total: number }): ReactElement {
  if (missing > 0)
    return (
      <Empty title={`Not computed for ${plural(missing, "image")}`}>
        <p>
          Run <code>boxscore metric run</code>. Images without pixels have no such value.
        </p>
      </Empty>
    );
  return (
    <Empty title="Undefined everywhere">
      <p>{total === 0 ? "There is nothing to measure." : "Nothing here has what this metric needs: a mask, a sequence, another run."}</p>
    </Empty>
  );
}

function open({ title }: MetricSubject, run: Run | undefined): void {
  if (run) setView({ ...unfiltered(), ...objectsOf({ mode: "images", outcome: "all" }), slice: exactTitle(title) });
}

function Values({ metric, run, findings }: PartProps): ReactElement {
  const view = useView();
  const [limit, setLimit] = useState(STEP);
  const side = sideOf(metric, view.side, run);
  const owner = side === "predictions" ? (run?.name ?? null) : null;
  const fences = findings?.outliers.find((o) => o.metric === metric.id && o.run === owner);
  const end = view.end === "outliers" && !fences ? "highest" : view.end;
  const tools = (
    <div className="segments" role="radiogroup" aria-label="Which values">
      {ENDS.filter((e) => e !== "outliers" || fences).map((e) => (
        <button key={e} role="radio" aria-checked={e === end} onClick={() => setView({ end: e })}>
          {END_NAMES[e]}
        </button>
      ))}
    </div>
  );
  if (end === "outliers" && fences)
    return <Found code={fences.code} metric={metric.id} run={run} findings={findings} title={`Outliers of ${metric.title}`} aside={tools} />;
  return <Extremes metric={metric} run={run} owner={owner} end={end === "lowest" ? "lowest" : "highest"} limit={limit} more={() => setLimit(limit + STEP)} aside={tools} />;
}

interface ExtremesProps {
  metric: ListedMetric;
  run: Run | undefined;
  owner: string | null;
  end: "lowest" | "highest";
  limit: number;
  more: () => void;
  aside: ReactElement;
}

function Extremes({ metric, run, owner, end, limit, more, aside }: ExtremesProps): ReactElement {
  const values = useMetricValues({ metric: metric.id, run: owner, sort: end }, limit, narrowed(useView()));
  const rows = (values.data?.rows ?? []).filter((row) => row.value !== null);
  return (
    <Card title={`${END_NAMES[end]} of ${metric.title}`} aside={aside}>
      {rows.length === 0 && values.data ? (
        <Empty title="No values" />
      ) : (
        <div className="value-tiles">
          {rows.map((row) => (
            <ValueTile key={row.row} of={row} value={row.value} predicted={owner !== null} open={() => open(row, run)} />
          ))}
        </div>
      )}
      {values.data?.next_offset != null && rows.length === limit && (
        <button className="btn small" onClick={more}>
          Show more
        </button>
      )}
    </Card>
  );
}

interface FoundProps {
  code: string;
  metric?: string;
  run: Run | undefined;
  findings: Findings | undefined;
  title?: string;
  aside?: ReactElement;
}

function Found({ code, metric, run, findings, title, aside }: FoundProps): ReactElement {
  const [limit, setLimit] = useState(STEP);
  const found = useFindings({ run: run?.name, code, metric }, limit, narrowed(useView()));
  const rule = findings?.codes.find((c) => c.code === code);
  const rows = found.data?.rows ?? [];
  const total = found.data?.total ?? 0;
  const close = (
    <button className="btn small" onClick={() => setView({ code: null })}>
      Back to the metric
    </button>
  );
  return (
    <Card
      title={title ?? `${code}: ${rule?.title ?? ""}`}
      hint={rule ? <Told text={`${plural(total, "finding")}. ${rule.advice}`} /> : total > 0 ? `${plural(total, "outlier")}, severe ones first` : undefined}
      aside={aside ?? close}
    >
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={300} />
      ) : rows.length === 0 ? (
        <Empty title={metric ? "No outliers" : "No findings"}>
          <p>{metric ? "No value lies beyond the fences on the side that deserves a look." : "Nothing is beyond this threshold."}</p>
        </Empty>
      ) : (
        <div className="value-tiles">
          {rows.map((row) => (
            <ValueTile
              key={`${row.run ?? ""} ${row.row}`}
              of={row}
              value={row.value}
              predicted={row.run !== null}
              severe={metric !== undefined && row.severity === "severe"}
              open={() => open(row, run)}
            />
          ))}
        </div>
      )}
      {rows.length < total && rows.length > 0 && (
        <button className="btn small" onClick={() => setLimit(limit + STEP)}>
          Show more
        </button>
      )}
    </Card>
  );
}

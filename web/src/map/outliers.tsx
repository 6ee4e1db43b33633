/** Images whose metrics are unusual: the spread with its fences, and the pictures; a click selects them on the map. */
import type { ReactElement } from "react";
import type { Findings, Outliers } from "../api/client";
import { useFindings, useMetricValues } from "../api/quality";
import { plural, short } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { SmallHistogram } from "../quality/histogram";
import type { Narrowed } from "../state/honour";
import { setView, useView } from "../state/view";
import { PlacePicture } from "./tiles";

const MOST_METRICS = 4;
const MOST_PICTURES = 4;
/** Outliers of one metric that are selected; the server gives as many at once. */
const MOST_SELECTED = 500;

interface Props {
  /** Absent: there is no map to select on. */
  select?: (items: number[]) => void;
  choose: (image: number) => void;
}

export function OutliersCard({ select, choose }: Props): ReactElement | null {
  const found = useFindings({}, 0, useNarrowed());
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={420} />;
  const shown = mostUnusual(found.data);
  if (!shown.length) return null;
  return (
    <Card title="Quality outliers" hint="Dashed: 1.5 interquartile ranges out, solid: 2.5. Heights are square roots.">
      {shown.map((one) => (
        <Metric key={one.metric} of={one} select={select} choose={choose} />
      ))}
      <button className="link" onClick={() => setView({ page: "metrics", code: "IMG900", selected: null })}>
        All metrics
      </button>
    </Card>
  );
}

/** The images that the map shows; classes do not choose images. */
function useNarrowed(): Narrowed {
  return { slice: useView().slice ?? undefined };
}

/** Metrics of images with the most outliers, severe ones counting first. */
function mostUnusual(found: Findings): Outliers[] {
  return found.outliers
    .filter((one) => one.on === "image" && one.run === null && one.moderate + one.severe > 0)
    .sort((a, b) => b.severe - a.severe || b.moderate - a.moderate)
    .slice(0, MOST_METRICS);
}

function Metric({ of, select, choose }: Props & { of: Outliers }): ReactElement {
  const narrowed = useNarrowed();
  const values = useMetricValues({ metric: of.metric, run: null, sort: "lowest" }, 0, narrowed);
  const rows = useFindings({ code: of.code, metric: of.metric }, MOST_SELECTED, narrowed);
  const count = of.moderate + of.severe;
  const items = (rows.data?.rows ?? []).map((row) => row.row);
  return (
    <section className="map-outliers" aria-label={of.metric_title}>
      <header>
        <b>{of.metric_title}</b>
        {select ? (
          <button className="link" disabled={!items.length} onClick={() => select(items)} title="Select them on the map">
            {plural(count, "image")} {outside(of)}
          </button>
        ) : (
          <span className="muted">
            {plural(count, "image")} {outside(of)}
          </span>
        )}
      </header>
      <div>
        {values.data ? <SmallHistogram values={values.data} fences={of} /> : <Skeleton height={44} />}
        <div className="map-outlier-tiles">
          {(rows.data?.rows ?? []).slice(0, MOST_PICTURES).map((row) => (
            <button key={row.row} className="small-tile" title={`${row.title}: ${short(row.value)}`} onClick={() => choose(row.row)}>
              <PlacePicture place={row} size={160} />
              <span>
                <b>{brief(row.value)}</b>
              </span>
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}

const BRIEF = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 2 });

/** .67, or 77K: what has room below a small picture; its title has the number. */
function brief(value: number): string {
  return BRIEF.format(value).replace(/^(-?)0\./, "$1.");
}

function outside({ moderate_low: low, moderate_high: high }: Outliers): string {
  if (low !== null && high !== null) return `outside ${short(low)} to ${short(high)}`;
  return low === null ? `above ${short(high)}` : `below ${short(low)}`;
}

/** The filter: conditions on images at the left, on objects at the right, counts beside every choice. */
import { useState, type ReactElement } from "react";
import { pointOf, type Overview, type Run } from "../api/client";
import { useFacets } from "../api/facets";
import { useMetrics } from "../api/quality";
import { plural, whole } from "../format";
import { Failure, Skeleton } from "../parts/card";
import { Dialog } from "../shell/dialogs";
import { matchedChoice } from "../state/choice";
import { parseSlice } from "../state/slice";
import { unfiltered } from "../state/url";
import { setView, useView } from "../state/view";
import { ImagesPart } from "./images";
import { ObjectsPart } from "./objects";

const ALWAYS = ["object.confidence", "object.iou"];
const SIZES: [string, string][] = [["width", "Width of the image"], ["height", "Height of the image"], ["frame", "Frame of a video"]];
const PLACES: [string, string][] = [["object.x", "Centre, across"], ["object.y", "Centre, down"]];
/** What the server answers at once. */
const MOST_RANGES = 12;

interface Props {
  project: Overview;
  run: Run | undefined;
  close: () => void;
}

export function FilterDialog({ project, run, close }: Props): ReactElement {
  const view = useView();
  const [opened, setOpened] = useState<string[]>([]);
  const choice = run && matchedChoice(view, run);
  const point = run && choice?.matched ? pointOf(view, run.name) : null;
  const used = [...parseSlice(view.slice), ...parseSlice(view.among)].map((part) => part.key as string);
  const ranged = used.filter((key) => key.includes(".") && key !== "object.class" || SIZES.some(([size]) => size === key));
  const keys = [...new Set([...(point ? ALWAYS : []), ...ranged, ...opened])].filter((key) => point !== null || !key.startsWith("object.")).slice(0, MOST_RANGES);
  const facets = useFacets(view, point, choice?.under ?? (view.slice === null ? {} : { slice: view.slice }), keys);
  const open = (key: string) => key && setOpened([...opened, key]);
  const hide = (key: string) => setOpened(opened.filter((other) => other !== key));
  const { data } = facets;
  return (
    <Dialog title="Filter" className="filter-dialog" close={close}>
      {facets.error && <Failure error={facets.error} retry={() => void facets.refetch()} />}
      {!data ? (
        !facets.error && <Skeleton height={420} />
      ) : (
        <div className={facets.isPlaceholderData ? "filter-columns stale" : "filter-columns"}>
          <section aria-labelledby="filter-images">
            <h2 id="filter-images">Images <small>which count at all</small></h2>
            <ImagesPart project={project} facets={data.images} close={hide} />
            <MoreRanges of="images" shown={keys} open={open} />
          </section>
          <section aria-labelledby="filter-objects">
            <h2 id="filter-objects">Objects <small>which lists show</small></h2>
            {data.objects ? (
              <>
                <ObjectsPart project={project} facets={data.objects} close={hide} />
                <MoreRanges of="objects" shown={keys} open={open} />
              </>
            ) : (
              <p className="muted">Choose a run of boxes, masks or keypoints: its objects can be filtered.</p>
            )}
          </section>
        </div>
      )}
      <footer className="filter-foot">
        <span role="status" data-testid="filter-left">
          {data && `${whole(data.images.chosen)} of ${plural(data.images.total, "image")}`}
          {data?.objects && ` · ${plural(data.objects.total, "object")} listed`}
        </span>
        <button className="btn small" onClick={() => setView(unfiltered())}>
          Clear all
        </button>
      </footer>
    </Dialog>
  );
}

/** A menu of the numbers that have no histogram yet. */
function MoreRanges({ of, shown, open }: { of: "images" | "objects"; shown: string[]; open: (key: string) => void }): ReactElement {
  const metrics = useMetrics().data ?? [];
  const images = of === "images";
  const fits = (on: string, roles: string[]) => (images ? on === "image" && (roles.length === 0 || roles.includes("ground_truth")) : on === "object");
  const known = metrics.filter((m) => fits(m.on, m.roles)).map((m): [string, string] => [`${images ? "metric" : "object"}.${m.id}`, m.title]);
  const some = [...(images ? SIZES : PLACES), ...known].filter(([key]) => !shown.includes(key));
  return (
    <select className="btn" aria-label={`Add a range of ${of}`} value="" disabled={shown.length >= MOST_RANGES} onChange={(e) => open(e.target.value)}>
      <option value="">Add a range…</option>
      {some.map(([key, title]) => (
        <option key={key} value={key}>
          {title}
        </option>
      ))}
    </select>
  );
}

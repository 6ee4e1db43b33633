/** Where do failures cluster, and which images are odd or repeated? */
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import { pointOf, type Overview, type Run } from "../api/client";
import { useDataMap, useEmbeddings, usePlaces, type DataMap, type EmbeddingState, type LikePlace } from "../api/embeddings";
import { plural, score, whole } from "../format";
import { hueOf, MOST_HUES, type Colouring } from "../map/draw";
import { DuplicatesCard } from "../map/duplicates";
import { OutliersCard } from "../map/outliers";
import { groupsOf, MOST_PICTURES, MOST_POINTS, recallOf, share, wordsOf, type Group } from "../map/points";
import { Scatter, type Tool } from "../map/scatter";
import { SelectionCard } from "../map/selection";
import { SimilarCard } from "../map/similar";
import { TextSearchCard } from "../map/text-search";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { JobButton } from "../parts/job";
import { OutcomeGlyph } from "../parts/marks";
import { matchedChoice } from "../state/choice";
import { useKeys } from "../state/keys";
import { objectsOf } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const QUESTION = "Where do the failures cluster, and which images are odd or repeated?";
const METHODS = { pca: "The two main components", tsne: "t-SNE" };

interface Props {
  project: Overview;
  /** Without one there are no outcomes. */
  run: Run | undefined;
  dark: boolean;
}

export function DataMapPage({ project, run, dark }: Props): ReactElement {
  const view = useView();
  const state = useEmbeddings();
  const part = state.data?.parts.find((p) => p.of === view.mode && p.run === null);
  const either = state.data?.parts.some((p) => p.run === null && p.embedded > 0);
  return (
    <>
      <PageHead title="Data map" question={QUESTION} />
      {state.error ? (
        <Failure error={state.error} retry={() => void state.refetch()} />
      ) : !state.data ? (
        <Skeleton height={600} />
      ) : (
        <div className="map-columns">
          {part?.embedded ? (
            <Mapped key={view.mode} project={project} run={run} dark={dark} state={state.data} />
          ) : (
            <>
              <Card title="Map" aside={either ? <Subject /> : undefined}>
                <NothingEmbedded state={state.data} of={view.mode} />
              </Card>
              <div className="map-side">
                <OutliersCard choose={openImage} />
                <DuplicatesCard run={run} choose={openImage} />
                {state.data.images_with_pixels > 0 && <TextSearchCard state={state.data} of={view.mode} choose={() => undefined} />}
              </div>
            </>
          )}
        </div>
      )}
    </>
  );
}

/** The errors of one image, by its row. */
function openImage(image: number): void {
  setView({ ...objectsOf({ mode: "images", outcome: "all" }), slice: `item=${image}` });
}

/** Why there is no map, and the command that makes one. */
function NothingEmbedded({ state, of }: { state: EmbeddingState; of: string }): ReactElement {
  if (!state.images_with_pixels)
    return (
      <Empty title="The project has no pixels to embed">
        <p>Import it with its images, or embeddings that were made elsewhere:</p>
        <code>boxscore embeddings import FILE.npz --of {of}</code>
      </Empty>
    );
  return (
    <Empty title={`No ${of} are embedded yet`}>
      <p>A map needs what a small network sees in each of them. This runs on this machine, offline, and takes about a minute for {whole(3000)} images:</p>
      {state.can_embed ? <JobButton kind="embed" label="Embed them now" /> : <code>pip install &apos;boxscore[embeddings]&apos;</code>}
      <p className="muted">From a terminal: <code>boxscore embed</code></p>
    </Empty>
  );
}

function Radio<T extends string>({ label, value, names, change }: { label: string; value: T; names: Partial<Record<T, string>>; change: (value: T) => void }): ReactElement {
  return (
    <div className="segments" role="radiogroup" aria-label={label}>
      {(Object.entries(names) as [T, string][]).map(([key, name]) => (
        <button key={key} role="radio" aria-checked={value === key} onClick={() => change(key)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Subject(): ReactElement {
  const { mode } = useView();
  return <Radio label="Map of" value={mode} names={{ objects: "Objects", images: "Images" }} change={(to) => setView({ mode: to, selected: null })} />;
}

/** The values of a colouring that get a hue: those of most points. */
function huesOf(map: DataMap, colouring: Colouring): Map<number, number> {
  if (colouring === "outcome") return new Map();
  const counts = new Map<number, number>();
  for (const value of (colouring === "class" ? map.class_id : map.group) ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
  const order = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return new Map(order.slice(0, MOST_HUES).map(([value], k) => [value, k]));
}

function Mapped({ project, run, dark, state }: Props & { state: EmbeddingState }): ReactElement {
  const view = useView();
  const choice = run && matchedChoice(view, run);
  const asked = run && choice?.matched ? pointOf(view, run.name) : null;
  const found = useDataMap(view.mode, asked, choice?.under ?? (view.slice === null ? {} : { slice: view.slice }));
  const [wish, setColouring] = useState<Colouring>("outcome");
  const [tool, setTool] = useState<Tool>("rectangle");
  const [selection, setSelection] = useState<number[] | null>(null);
  const map = found.data;
  const colouring = wish === "outcome" && !map?.outcome && !map?.f1 ? "group" : wish === "class" && !map?.class_id ? "outcome" : wish;
  const few = map?.of === "images" && map.count <= MOST_PICTURES && map.x.length <= MOST_PICTURES;
  const pictures = usePlaces("images", few ? map.row : []);
  const hues = useMemo(() => (map ? huesOf(map, colouring) : new Map<number, number>()), [map, colouring]);
  const groups = useMemo(() => (map ? groupsOf(map) : []), [map]);
  const words = useMemo(() => (map ? wordsOf(map, (id) => project.classes[id]?.name ?? String(id)) : []), [map, project]);
  useKeys(selection ? { Escape: () => (setSelection(null), true) } : {}, true);
  const lit = useMemo(() => (map ? litPoints(map, selection, view.classes) : null), [map, selection, view.classes]);

  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!map || map.of !== view.mode) return <Skeleton height={600} />;
  const place = new Map(map.row.map((row, k) => [row, k]));
  const row = view.selected === null ? null : Number(view.selected);
  const chosen = row === null ? null : (place.get(row) ?? null);
  const choose = (point: number | null) => setView({ selected: point === null ? null : String(map.row[point]) });
  const chooseRow = (wanted: number) => setView({ selected: String(wanted) });
  const selectImages = (items: number[]) => {
    const wanted = new Set(items);
    setSelection(map.item.flatMap((item, k) => (wanted.has(item) ? [k] : [])));
  };
  // What cannot be asked yet stands below what can.
  const searchable = state.parts.some((p) => p.of === map.of && p.run === null && p.knows_text);
  const search = <TextSearchCard state={state} of={map.of} choose={(place) => chooseRow(place.row)} />;
  const recall = recallOf(map);
  const names: Partial<Record<Colouring, string>> = { ...(map.outcome || map.f1 ? { outcome: "Outcome" } : {}), ...(map.class_id ? { class: "Class" } : {}), group: "Group" };
  const label = `Map of ${plural(map.x.length, map.of === "objects" ? "object" : "image")}${recall.counted ? `: recall ${score(share(recall))}` : ""}`;
  return (
    <>
      <Card
        title={map.of === "objects" ? "Objects" : "Images"}
        className={found.isPlaceholderData ? "map-card stale" : "map-card"}
        aside={<Legend map={map} colouring={colouring} hues={hues} project={project} recall={recall} />}
        foot={`${METHODS[map.method]} of embeddings by ${map.model}; positions have no unit.${map.x.length > MOST_POINTS ? " Tiles are the darker the more points they hold; zoom in for points." : ""}`}
      >
        <div className="map-tools">
          <Subject />
          <Radio label="Colour" value={colouring} names={names} change={setColouring} />
          <Radio label="Select with" value={tool} names={{ rectangle: "Rectangle", lasso: "Lasso" }} change={setTool} />
          <span className="muted">Drag to select, wheel to zoom</span>
        </div>
        {map.x.length ? (
          <Scatter
            map={map}
            colouring={colouring}
            hues={hues}
            tool={tool}
            lit={lit}
            chosen={chosen}
            words={words}
            pictures={few && pictures.data?.length === map.x.length ? pictures.data : null}
            label={label}
            theme={dark ? "dark" : "light"}
            select={(points) => setSelection(points.length ? points : null)}
            choose={choose}
          />
        ) : (
          <Empty title="The slice holds nothing that is embedded">
            <button className="btn" onClick={() => setView({ slice: null })}>
              All images
            </button>
          </Empty>
        )}
        <Groups groups={groups} map={map} select={setSelection} />
      </Card>
      <div className="map-side">
        {selection && <SelectionCard map={map} points={selection} clear={() => setSelection(null)} choose={chooseRow} />}
        {row !== null && <Similar map={map} row={row} chooseRow={chooseRow} />}
        {searchable && search}
        <OutliersCard select={selectImages} choose={(image) => setView({ mode: "images", selected: String(image) })} />
        <DuplicatesCard run={run} choose={(image) => setView({ mode: "images", selected: String(image) })} />
        {!searchable && search}
      </div>
    </>
  );
}

/** Points that the selection and the chosen classes leave; null: all. */
function litPoints(map: DataMap, selection: number[] | null, classes: number[]): Set<number> | null {
  const wanted = new Set(classes);
  const ofClass = (k: number) => !wanted.size || !map.class_id || wanted.has(map.class_id[k]!);
  if (selection) return new Set(selection.filter(ofClass));
  if (!wanted.size || !map.class_id) return null;
  return new Set(map.x.flatMap((_, k) => (ofClass(k) ? [k] : [])));
}

function Similar({ map, row, chooseRow }: { map: DataMap; row: number; chooseRow: (row: number) => void }): ReactElement | null {
  const places = usePlaces(map.of, [row]);
  const place: LikePlace | undefined = places.data?.[0];
  if (places.error) return <Failure error={places.error} />;
  if (place?.row !== row) return null;
  return <SimilarCard of={map.of} row={row} item={place.data_hash} clear={() => setView({ selected: null })} choose={(other) => chooseRow(other.row)} />;
}

interface LegendProps {
  map: DataMap;
  colouring: Colouring;
  hues: Map<number, number>;
  project: Overview;
  recall: { found: number; counted: number };
}

function Legend({ map, colouring, hues, project, recall }: LegendProps): ReactElement {
  if (colouring === "outcome") {
    const images = map.of === "images";
    return (
      <div className="map-legend">
        <span>
          <OutcomeGlyph of="tp" /> {images ? "F1 of .5 or more" : `found ${whole(recall.found)}`}
        </span>
        <span>
          <OutcomeGlyph of="fn" /> {images ? "F1 below .5" : `missed ${whole(recall.counted - recall.found)}`}
        </span>
      </div>
    );
  }
  const nameOf = (value: number): ReactNode => (colouring === "class" ? (project.classes[value]?.name ?? value) : `group ${value}`);
  return (
    <div className="map-legend">
      {[...hues].slice(0, 6).map(([value, k]) => (
        <span key={value}>
          <i className="dot-mark" style={{ background: hueOf(k) }} /> <bdi>{nameOf(value)}</bdi>
        </span>
      ))}
      {hues.size > 6 && <span className="muted">and more</span>}
    </div>
  );
}

/** Groups of like points, the worst first: the way to select without a pointer. */
function Groups({ groups, map, select }: { groups: Group[]; map: DataMap; select: (points: number[]) => void }): ReactElement {
  return (
    <div className="map-groups" role="group" aria-label="Groups of like points, lowest recall first">
      <span className="muted">Like ones{recallOf(map).counted > 0 && ", lowest recall first"}:</span>
      {groups
        .filter((group) => group.number > 0)
        .map((group) => (
          <button key={group.number} className="chip" onClick={() => select(group.points)} title={`Group ${group.number}: ${plural(group.points.length, map.of === "objects" ? "object" : "image")}`}>
            Group {group.number} {group.recall.counted > 0 && <b>{score(share(group.recall), 2)}</b>} <span>{whole(group.points.length)}</span>
          </button>
        ))}
    </div>
  );
}

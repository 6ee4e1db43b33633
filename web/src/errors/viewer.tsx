/** The whole picture, or the object closely, with everything on it and the reason in words. */
import { useContext, useEffect, useRef, useState, type ReactElement } from "react";
import { pointOf, type FoundObject, type ImageRow, type ItemView, type Point, type Run, type Under } from "../api/client";
import { fetchAhead, useFrames, useItem } from "../api/items";
import { KIND_NAMES, OUTCOME_NAMES, score, titleOf } from "../format";
import { overlapOf } from "../metrics";
import { isObject } from "../pages/errors";
import { Failure } from "../parts/card";
import { Letter, OutcomeGlyph } from "../parts/marks";
import { choiceOf, type Choice } from "../state/choice";
import { useKeys } from "../state/keys";
import type { View } from "../state/url";
import { setView, useView } from "../state/view";
import { Notes } from "./notes";
import { keyOf, linked, marksOf, plainLabels, type Mark } from "../viewer/marks";
import { ObjectList } from "../viewer/object-list";
import { PaneChoice, Panes, PANE_WORDS, type Pane } from "../viewer/panes";
import { pictureOf } from "../viewer/pixels";
import { placeOf } from "../viewer/shapes";
import { SkeletonContext } from "../viewer/skeleton";
import { Timeline } from "../viewer/timeline";
import { useLens } from "../viewer/use-lens";
import { useLooked } from "../viewer/use-looked";

const TOGGLES = { T: "tp", F: "fp", N: "fn" } as const;
type Toggle = keyof typeof TOGGLES;

interface ViewerProps {
  run: Run;
  runs: Run[];
  choice: Choice;
  chosen: FoundObject | ImageRow | undefined;
  /** What comes after it: fetched ahead. */
  next: FoundObject | ImageRow | undefined;
}

export function Viewer(props: ViewerProps): ReactElement {
  const { chosen } = props;
  return chosen ? <Shown {...props} chosen={chosen} /> : <section className="card viewer" aria-label="Picture" />;
}

type Framed = Pick<ItemView, "data_hash" | "frame" | "title" | "width" | "height" | "has_pixels" | "split" | "licence">;

function framedOf(row: FoundObject | ImageRow): Framed {
  return isObject(row) ? row.item : row;
}

function useAhead(next: Framed | undefined, point: Point, under: Under): void {
  const { data_hash, frame, width, height, has_pixels } = next ?? { data_hash: "", frame: 0, width: 0, height: 0, has_pixels: false };
  const latest = useRef({ point, under });
  useEffect(() => {
    latest.current = { point, under };
  });
  useEffect(() => {
    if (!data_hash) return;
    const { point, under } = latest.current;
    const timer = setTimeout(() => void fetchAhead({ data_hash, frame }, point, under, pictureOf({ data_hash, frame, width, height, has_pixels })), 150);
    return () => clearTimeout(timer);
  }, [data_hash, frame, width, height, has_pixels]);
}

/** The frame that was gone to, by its id in the address. */
function frameOf(at: string | null): { data_hash: string; frame: number } | null {
  const [, data_hash = "", frame = ""] = /^(.+):(\d{1,9})$/.exec(at ?? "") ?? [];
  return data_hash ? { data_hash, frame: Number(frame) } : null;
}

function Shown({ run, runs, choice, chosen, next }: ViewerProps & { chosen: FoundObject | ImageRow }): ReactElement {
  const view = useView();
  const skeletons = useContext(SkeletonContext);
  const own = framedOf(chosen);
  const gone = frameOf(view.at);
  const id = gone ?? { data_hash: own.data_hash, frame: own.frame };
  const point = { ...pointOf(view, run.name), classes: undefined };
  const item = useItem(id, point, choice.under);
  useAhead(next && framedOf(next), point, choice.under);
  const other = otherOf(view, run, runs, choice);
  const count = Math.min(view.panes ?? 1, other ? 3 : 2);
  const second = useItem(count === 3 && other ? id : null, other ? { ...point, run: other.name, confidence: null } : null, choice.under);
  const here = isOf(item.data, id) ? item.data : undefined;
  const framed: Framed = here ?? (gone ? { ...own, ...(item.data ?? {}), ...gone } : own);
  const focus = !gone && isObject(chosen) ? chosen : null;
  const marks = marksOf((here?.objects ?? []).filter((o) => isShown(o, view.hidden, focus)), run.letter, choice.task, skeletons);
  const others = second.data && isOf(second.data, id) ? marksOf(second.data.objects.filter((o) => isShown(o, view.hidden, focus)), other?.letter ?? "", choice.task, skeletons) : [];
  const shared = useLens(`${id.data_hash}:${id.frame} ${focus?.id ?? ""}`, framed, focus && placeOf(focus));
  const looked = useLooked(`${id.data_hash}:${id.frame} ${run.name}`, focus && keyOf(focus.id, run.letter));
  const flip = (letter: string) => setView({ hidden: view.hidden.includes(letter) ? view.hidden.replace(letter, "") : view.hidden + letter });
  useKeys({ t: () => flip("T"), f: () => flip("F"), n: () => flip("N"), z: () => setView({ zoom: !view.zoom }), l: shared.keep, w: () => setView({ wide: !view.wide }), o: () => document.querySelector<HTMLElement>('.object-list [tabindex="0"]')?.focus() });
  const key = looked.hot ?? looked.pinned ?? looked.focus;
  const strong = linked(key, marks, marks.find((m) => m.key === key));
  const sequence = item.data?.sequence ?? "";
  return (
    <section className="card viewer" aria-label="Picture">
      <header className="viewer-head">
        <div>
          <b>
            <bdi>{titleOf(framed)}</bdi>
          </b>
          <small>
            {framed.width} × {framed.height}
            {framed.split && `, ${framed.split}`}
          </small>
        </div>
        {(Object.keys(TOGGLES) as Toggle[]).map((letter) => (
          <button key={letter} className="btn small" aria-pressed={!view.hidden.includes(letter)} aria-label={`Show ${OUTCOME_NAMES[TOGGLES[letter]]}`} title={`Show ${OUTCOME_NAMES[TOGGLES[letter]]}`} onClick={() => flip(letter)}>
            <OutcomeGlyph of={TOGGLES[letter]} /> <kbd>{letter}</kbd>
          </button>
        ))}
        <button className="btn small" aria-pressed={view.zoom && focus !== null} disabled={!focus} onClick={() => setView({ zoom: !view.zoom })}>
          Zoom <kbd>Z</kbd>
        </button>
        <button className="btn small" aria-pressed={view.keep} title="Keep zoom and place from one object to the next" onClick={shared.keep}>
          Keep <kbd>L</kbd>
        </button>
        <PaneChoice counts={other ? [1, 2, 3] : [1, 2]} words={PANE_WORDS} value={count} usual={1} />
        <button className="btn small" aria-pressed={view.wide} title="The picture on the whole page" onClick={() => setView({ wide: !view.wide })}>
          Wide <kbd>W</kbd>
        </button>
      </header>
      {item.error ? (
        <Failure error={item.error} retry={() => void item.refetch()} />
      ) : (
        <div className="viewer-body">
          <div className="viewer-main">
            <Panes item={framed} panes={panesOf(count, run, other, marks, others)} looked={looked} shared={shared} overlap={overlapOf(choice.task)} />
            <div className="viewer-legend">
              <span><i className="line solid" /> label</span>
              <span><i className="line dashed" /> prediction</span>
              <span className="licence" title={framed.licence}><bdi>{framed.licence}</bdi></span>
            </div>
            {sequence && <Sequence run={run} choice={choice} sequence={sequence} own={own} id={id} like={framed} />}
          </div>
          <div className="viewer-side">
            {focus && <Facts object={focus} overlap={overlapOf(choice.task)} />}
            <Notes image={here?.note} object={focus?.note} />
            <ObjectList marks={marks} hot={looked.hot} strong={strong} point={looked.point} choose={looked.choose} />
          </div>
        </div>
      )}
    </section>
  );
}

function isOf(item: ItemView | undefined, id: { data_hash: string; frame: number }): boolean {
  return item?.data_hash === id.data_hash && item.frame === id.frame;
}

/** The run that stands beside this one: of the same task, the one that is compared with, else the next. */
function otherOf(view: View, run: Run, runs: Run[], choice: Choice): Run | undefined {
  const others = runs.filter((r) => r !== run && choiceOf({ ...view, task: choice.task }, r).task === choice.task);
  return others.find((r) => r.name === view.other) ?? others[0];
}

function panesOf(count: number, run: Run, other: Run | undefined, marks: Mark[], others: Mark[]): Pane[] {
  const title = (r: Run) => <><Letter letter={r.letter} /> <b><bdi>{r.name}</bdi></b></>;
  if (count === 1) return [{ key: "both", name: "Picture", marks }];
  const labels = marks.filter((m) => m.role === "ground_truth");
  if (count === 2 || !other)
    return [
      { key: run.name, name: `Predictions of ${run.name}`, title: title(run), marks: marks.filter((m) => m.role === "prediction") },
      { key: "labels", name: "Labels", title: <b>Labels</b>, marks: labels },
    ];
  return [
    { key: run.name, name: `Picture of ${run.name}`, title: title(run), marks },
    { key: other.name, name: `Picture of ${other.name}`, title: title(other), marks: others },
    { key: "labels", name: "Labels", title: <b>Labels</b>, marks: plainLabels(marks) },
  ];
}

interface SequenceProps {
  run: Run;
  choice: Choice;
  sequence: string;
  own: Framed;
  id: { data_hash: string; frame: number };
  like: Framed;
}

function Sequence({ run, choice, sequence, own, id, like }: SequenceProps): ReactElement | null {
  const view = useView();
  const [playing, play] = useState(false);
  const point = pointOf(view, run.name);
  const frames = useFrames(point, choice.under, sequence).data;
  if (!frames) return <div className="timeline" />;
  const at = frames.frame.findIndex((frame, k) => frame === id.frame && frames.data_hash[k] === id.data_hash);
  if (at < 0) return null;
  const go = (index: number) => {
    const [data_hash, frame] = [frames.data_hash[index], frames.frame[index]];
    const home = data_hash === own.data_hash && frame === own.frame;
    setView({ at: home ? null : `${data_hash}:${frame}` });
  };
  return <Timeline frames={frames} at={at} go={go} playing={playing} play={play} point={point} under={choice.under} like={like} />;
}

function isShown(o: { id: string; outcome: string }, hidden: string, focus: FoundObject | null): boolean {
  if (focus && (o.id === focus.id || o.id === focus.partner?.id)) return true;
  return !(Object.keys(TOGGLES) as Toggle[]).some((letter) => hidden.includes(letter) && TOGGLES[letter] === o.outcome);
}

function Facts({ object, overlap }: { object: FoundObject; overlap: string }): ReactElement {
  const [, , w = 0, h = 0] = object.box;
  const missed = object.outcome === "fn";
  const partner = object.partner;
  const name = object.kind && object.kind !== "missed" ? (KIND_NAMES[object.kind] ?? object.kind) : OUTCOME_NAMES[object.outcome];
  return (
    <div className="viewer-facts">
      <dl className="facts two">
        <dt>Outcome</dt>
        <dd>
          <OutcomeGlyph of={object.outcome} /> {name}
        </dd>
        <dt>{missed ? "Labelled as" : "Predicted as"}</dt>
        <dd>
          <bdi>{object.class_name}</bdi> {!missed && `at ${score(object.confidence, 2)}`}
        </dd>
        <dt>{missed ? "Nearest" : "Label"}</dt>
        <dd>
          <bdi>{partner?.class_name ?? "none"}</bdi>
        </dd>
        <dt>{overlap}</dt>
        <dd>{score(partner?.iou)}</dd>
        <dt>Size</dt>
        <dd>
          {Math.round(w)} × {Math.round(h)} px
        </dd>
        <dt>Object</dt>
        <dd>
          <code>{object.id}</code>
        </dd>
      </dl>
      <p className="reason" data-testid="reason">
        {object.reason}
      </p>
    </div>
  );
}

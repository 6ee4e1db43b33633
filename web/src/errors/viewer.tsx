/** The whole picture, or the object closely, with everything on it and the reason in words. */
import { useRef, useState, useLayoutEffect, type ReactElement } from "react";
import { imageUrl, pointOf, useItem, type Box, type FoundObject, type ImageRow, type ItemObject, type ItemView, type Run } from "../api/client";
import { KIND_NAMES, OUTCOME_NAMES, score, titleOf } from "../format";
import { overlapOf } from "../metrics";
import { isObject } from "../pages/errors";
import { Failure, Skeleton } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import type { Choice } from "../state/choice";
import { useKeys } from "../state/keys";
import { setView, useView } from "../state/view";
import { NoPicture, Picture, windowAround } from "./grid";
import { boxShape, outlineShape, Shape } from "./overlay";

const TOGGLES = { T: "tp", F: "fp", N: "fn" } as const;
type Toggle = keyof typeof TOGGLES;

interface ViewerProps {
  run: Run;
  choice: Choice;
  chosen: FoundObject | ImageRow | undefined;
}

export function Viewer({ run, choice, chosen }: ViewerProps): ReactElement {
  const view = useView();
  const id = chosen ? (isObject(chosen) ? chosen.item : chosen) : null;
  const point = { ...pointOf(view, run.name), classes: undefined };
  const item = useItem(id && { data_hash: id.data_hash, frame: id.frame }, point, choice.under);
  const focus = chosen && isObject(chosen) ? chosen : null;
  const flip = (letter: string) =>
    setView({ hidden: view.hidden.includes(letter) ? view.hidden.replace(letter, "") : view.hidden + letter });
  const zoom = () => setView({ zoom: !view.zoom });
  useKeys({ t: () => flip("T"), f: () => flip("F"), n: () => flip("N"), z: zoom });
  if (!chosen || !id) return <section className="card viewer" aria-label="Picture" />;
  const here = item.data?.data_hash === id.data_hash && item.data.frame === id.frame ? item.data : undefined;
  return (
    <section className="card viewer" aria-label="Picture">
      <header className="viewer-head">
        <div>
          <b>
            <bdi>{titleOf(id)}</bdi>
          </b>
          <small>
            {id.width} × {id.height}
            {id.split && `, ${id.split}`}
          </small>
        </div>
        {(Object.keys(TOGGLES) as Toggle[]).map((letter) => (
          <button key={letter} className="btn small" aria-pressed={!view.hidden.includes(letter)} title={`Show ${OUTCOME_NAMES[TOGGLES[letter]]}`} onClick={() => flip(letter)}>
            <OutcomeGlyph of={TOGGLES[letter]} /> <kbd>{letter}</kbd>
          </button>
        ))}
        <button className="btn small" aria-pressed={view.zoom && focus !== null} disabled={!focus} onClick={zoom}>
          Zoom <kbd>Z</kbd>
        </button>
      </header>
      {item.error ? (
        <Failure error={item.error} retry={() => void item.refetch()} />
      ) : here ? (
        <Stage key={`${id.data_hash}:${id.frame}`} masks={choice.task === "segm" || choice.task === "boundary"} item={here} focus={focus} zoom={view.zoom} hidden={view.hidden} />
      ) : (
        <Skeleton height={360} />
      )}
      <div className="viewer-legend">
        <span><i className="line solid" /> label</span>
        <span><i className="line dashed" /> prediction</span>
        <span className="licence" title={id.licence}><bdi>{id.licence}</bdi></span>
      </div>
      {focus && <Facts object={focus} overlap={overlapOf(choice.task)} />}
    </section>
  );
}

interface StageProps {
  /** Whether masks are compared; boxes otherwise, whatever else the labels have. */
  masks: boolean;
  item: ItemView;
  focus: FoundObject | null;
  zoom: boolean;
  hidden: string;
}

function Stage({ masks, item, focus, zoom, hidden }: StageProps): ReactElement {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 600, height: 440 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize({ width: entry.contentRect.width, height: entry.contentRect.height }));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  const full: Box = [0, 0, item.width, item.height];
  const shown = zoom && focus ? windowAround(focus.box as Box, item.width, item.height, size.width / size.height) : full;
  const scale = Math.min(size.width / shown[2], size.height / shown[3]);
  const style = {
    width: item.width * scale,
    height: item.height * scale,
    transform: `translate(${(size.width - shown[2] * scale) / 2 - shown[0] * scale}px, ${(size.height - shown[3] * scale) / 2 - shown[1] * scale}px)`,
  };
  const visible = item.objects.filter((o) => isShown(o, hidden, focus));
  return (
    <div ref={ref} className="stage" data-testid="stage">
      <div className="stage-layer" style={style}>
        {item.has_pixels ? <Picture src={imageUrl(item)} alt={item.title} name={item.title} /> : <NoPicture name={item.title} />}
        <svg viewBox={full.join(" ")} preserveAspectRatio="none" aria-hidden="true">
          {visible.map((o) => (
            <ItemShape key={o.id} object={masks ? o : { ...o, outlines: null }} focus={focus} scale={scale} />
          ))}
        </svg>
      </div>
    </div>
  );
}

function isShown(o: ItemObject, hidden: string, focus: FoundObject | null): boolean {
  if (focus && (o.id === focus.id || o.id === focus.partner?.id)) return true;
  return !(Object.keys(TOGGLES) as Toggle[]).some((letter) => hidden.includes(letter) && TOGGLES[letter] === o.outcome);
}

function ItemShape({ object, focus, scale }: { object: ItemObject; focus: FoundObject | null; scale: number }): ReactElement {
  const chosen = focus?.id === object.id;
  const partner = focus?.partner?.id === object.id;
  const box = object.box as Box;
  const d = object.outlines ? outlineShape(object.outlines) : boxShape(box);
  const paint = partner && object.outcome !== "tp" ? "explains" : object.outcome;
  const faint = focus !== null && !chosen && !partner;
  return (
    <>
      <Shape d={d} role={object.role} outcome={paint} faint={faint} filled={object.outlines !== null} />
      {(chosen || partner) && <Tag object={object} scale={scale} />}
    </>
  );
}

/** Class and confidence at the object: above for a prediction, below for a label. */
function Tag({ object, scale }: { object: ItemObject; scale: number }): ReactElement {
  const [x = 0, y = 0, , h = 0] = object.box;
  const label = object.role === "ground_truth";
  const text = label ? `label: ${object.class_name}` : `${object.class_name} ${score(object.confidence, 2)}`;
  const size = 12 / scale;
  const above = y - 5 / scale - size > 0;
  const base = label ? y + h + size + 2 / scale : above ? y - 5 / scale : y + size + 2 / scale;
  return (
    <text className={`tag ${label ? "label" : object.outcome}`} x={Math.max(x, 0) + 2 / scale} y={base} fontSize={size}>
      {text}
    </text>
  );
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

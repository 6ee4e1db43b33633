/** A sequence in time: false positives above the line, misses below, switches as ticks; click, drag or keys go to a frame. */
import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import type { Point, Under } from "../api/client";
import { fetchAhead, type Frames } from "../api/items";
import { plural, whole } from "../format";
import { useKeys } from "../state/keys";
import { binned } from "./bins";
import { pictureOf } from "./pixels";

const RATE = 10;
const WIDE = 600;
const HIGH = 26;

interface Props {
  frames: Frames;
  /** Index of the frame that is shown. */
  at: number;
  go: (index: number) => void;
  playing: boolean;
  play: (on: boolean) => void;
  point: Point;
  under: Under;
  /** A frame's size, and whether there are pictures. */
  like: { width: number; height: number; has_pixels: boolean };
}

export function Timeline({ frames, at, go, playing, play, point, under, like }: Props): ReactElement {
  const count = frames.frame.length;
  const to = (index: number) => go(Math.min(count - 1, Math.max(0, index)));
  const halt = (index: number) => {
    play(false);
    to(index);
  };
  const toggle = () => {
    if (!playing && at === count - 1) to(0);
    play(!playing);
  };
  usePlaying({ frames, at, go: to, playing, play, point, under, like });
  useKeys({ ",": () => halt(at - 1), ".": () => halt(at + 1), p: toggle });
  const track = useRef<SVGSVGElement>(null);
  const seek = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    halt(Math.floor(((event.clientX - box.left) / box.width) * count));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const index = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: count - 1 }[event.key];
    if (index === undefined && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (index === undefined) toggle();
    else halt(index);
  };
  const words = wordsOf(frames, at);
  return (
    <section className="timeline" aria-label="Sequence">
      <div className="timeline-head">
        <button className="btn small" aria-label="Previous frame" disabled={at === 0} onClick={() => halt(at - 1)}>◂ <kbd>,</kbd></button>
        <button className="btn small" onClick={toggle}>
          {playing ? "Pause" : "Play"} <kbd>P</kbd>
        </button>
        <button className="btn small" aria-label="Next frame" disabled={at === count - 1} onClick={() => halt(at + 1)}>▸ <kbd>.</kbd></button>
        <span data-testid="frame">
          Frame <b>{whole(at + 1)}</b> of {whole(count)}
        </span>
        <span className="muted">{words}</span>
      </div>
      <svg
        ref={track}
        className="timeline-track"
        viewBox={`0 0 ${WIDE} ${2 * HIGH + 8}`}
        preserveAspectRatio="none"
        role="slider"
        tabIndex={0}
        aria-label={`Frames of ${frames.sequence}`}
        aria-valuemin={1}
        aria-valuemax={count}
        aria-valuenow={at + 1}
        aria-valuetext={`Frame ${at + 1} of ${count}: ${words}`}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seek(event)}
      >
        <Bars frames={frames} />
        <rect className="cursor" x={(at * WIDE) / count} width={Math.max(2, WIDE / count)} y={0} height={2 * HIGH + 8} />
      </svg>
    </section>
  );
}

function wordsOf({ fp, fn, tp, switches }: Frames, at: number): string {
  if (tp[at] === null) return "outside the filter";
  const parts = [`${whole(tp[at])} correct`, `${whole(fp[at])} false`, `${whole(fn[at])} missed`];
  if (switches) parts.push(plural(switches[at] ?? 0, "switch", "switches"));
  return parts.join(", ");
}

function Bars({ frames }: { frames: Frames }): ReactElement {
  const counted = (values: (number | null)[]) => binned(values.map((value) => value ?? 0), WIDE);
  const [fp, fn, switches] = [counted(frames.fp), counted(frames.fn), counted(frames.switches ?? [])];
  const inside = binned(frames.tp.map((value) => (value === null ? 0 : 1)), WIDE);
  const most = Math.max(1, ...fp, ...fn);
  const step = WIDE / Math.max(1, fp.length);
  const wide = step > 3 ? step - 1 : step;
  const zero = HIGH + 4;
  const bars = (values: number[], up: boolean) =>
    values
      .map((value, k) => {
        const high = value === 0 ? 0 : Math.max(2, (value / most) * (HIGH - 6));
        return high ? `M${(k * step).toFixed(2)} ${zero}h${wide.toFixed(2)}v${(up ? -high : high).toFixed(2)}h${(-wide).toFixed(2)}Z` : "";
      })
      .join("");
  return (
    <g aria-hidden="true">
      <path className="outside" d={inside.map((any, k) => (any ? "" : `M${(k * step).toFixed(2)} 0h${step.toFixed(2)}V${2 * zero}h${(-step).toFixed(2)}Z`)).join("")} />
      <path className="axis" d={`M0 ${zero}H${WIDE}`} />
      <path className="fp" d={bars(fp, true)} />
      <path className="fn" d={bars(fn, false)} />
      <path className="switches" d={switches.map((value, k) => (value ? `M${((k + 0.5) * step).toFixed(2)} 0v7` : "")).join("")} />
    </g>
  );
}

/** Fetches the frames around, and when playing goes on as soon as the next one is there, never faster than RATE. */
function usePlaying({ frames, at, go, playing, play, point, under, like }: Props): void {
  const latest = useRef({ go, play, point, under, like });
  useEffect(() => {
    latest.current = { go, play, point, under, like };
  });
  useEffect(() => {
    let gone = false;
    const ahead = (index: number) => {
      const [data_hash, frame] = [frames.data_hash[index], frames.frame[index]];
      if (data_hash === undefined || frame === undefined) return Promise.resolve();
      const { point, under, like } = latest.current;
      const id = { data_hash, frame };
      return fetchAhead(id, { ...point, classes: undefined }, under, pictureOf({ ...like, ...id }));
    };
    const next = ahead(at + 1);
    if (!playing) void ahead(at - 1);
    else if (at >= frames.frame.length - 1) latest.current.play(false);
    else {
      const pause = new Promise((done) => setTimeout(done, 1000 / RATE));
      void Promise.all([next, pause]).then(() => {
        if (!gone) latest.current.go(at + 1);
      });
      void next.then(() => (gone ? undefined : ahead(at + 2)));
    }
    return () => {
      gone = true;
    };
  }, [at, playing, frames]);
}

/** The scores: the leading ones large, and all of a protocol's numbers with what they mean. */
import type { CSSProperties, ReactElement } from "react";
import type { Interval, Summary } from "../api/client";
import { percent, plural, score, whole } from "../format";
import { leading, metric, overlapOf, written } from "../metrics";
import { Card } from "../parts/card";
import { OutcomeBar } from "../parts/outcomes";
import { Value } from "../parts/value";
import { Whisker } from "../parts/whisker";
import type { Choice } from "../state/choice";
import { shortTitle } from "./task-choice";

type Intervals = Record<string, Interval> | undefined;
const MOST_TILES = 5;

function sure(found: Interval | undefined, written: (value: number | null) => string = score): string {
  if (!found) return "";
  return found.low === null ? (found.reason ?? "") : `95 % ${written(found.low)} to ${written(found.high)}`;
}

interface Tile {
  name: string;
  text: string;
  unit?: string;
  why: string;
  interval?: Interval;
  notes: string[];
}

interface Props {
  summary: Summary;
  choice: Choice;
  intervals: Intervals;
  /** Of precision, recall and F1. */
  rates: Intervals;
}

function tilesOf({ summary, choice, intervals, rates }: Props): Tile[] {
  const { counts, metrics } = summary;
  const protocol = choice.protocol;
  const counted = counts !== null && choice.matched;
  const given = Object.keys(metrics).filter((key) => metrics[key] !== null || key === protocol?.headline);
  const names = leading(given, choice.task, protocol?.headline, counted ? 2 : MOST_TILES);
  const tiles = names.map((key): Tile => {
    const { name, unit, undefined: why = "" } = metric(key, choice.task, protocol?.name);
    const note = choice.matched && protocol ? `${shortTitle(protocol.title)}, ${protocol.name === "coco" ? "any threshold" : "own thresholds"}` : "";
    return { name: name === "AP" ? "AP .50:.95" : name, text: written(metrics[key], unit), unit: unit === "percent" ? "%" : "", why, interval: intervals?.[key], notes: [sure(intervals?.[key], unit === "percent" ? percent : score), note] };
  });
  if (!counted) return tiles;
  const at = `at ${overlapOf(choice.task).split(" ").at(-1)} ${score(counts.iou, 2)}, confidence ${score(counts.confidence, 2)}`;
  return [
    ...tiles,
    { name: "Precision", text: percent(counts.precision), unit: "%", why: "Nothing is predicted at these thresholds.", interval: rates?.precision, notes: [sure(rates?.precision, percent), at] },
    { name: "Recall", text: percent(counts.recall), unit: "%", why: "No object of these classes is labelled.", interval: rates?.recall, notes: [sure(rates?.recall, percent), at] },
    { name: "F1", text: score(counts.f1), why: "There is neither an object nor a prediction.", interval: rates?.f1, notes: [sure(rates?.f1), at] },
  ];
}

/** Intervals that are awaited have their place already. */
export function Tiles({ stale, awaited, ...props }: Props & { stale: boolean; awaited: boolean }): ReactElement {
  const { summary, choice } = props;
  const { counts } = summary;
  const tiles = tilesOf(props);
  const [one, many] = { classification: ["label"], semantic: ["labelled pixel"], panoptic: ["segment"], tracking: ["box of a track", "boxes of tracks"] }[choice.task] ?? ["object"];
  const [labelled, predicted] = counts ? [counts.tp + counts.fn, counts.tp + counts.fp] : [summary.ground_truth, summary.predictions];
  return (
    <section className={stale ? "kpis stale" : "kpis"} aria-label="Scores" style={{ "--tiles": tiles.length } as CSSProperties}>
      {tiles.map(({ name, text, unit, why, interval, notes }) => (
        <div key={name} className="kpi">
          <span>{name}</span>
          <b>
            <Value text={text} unit={unit} why={why} />
          </b>
          {interval ? <Whisker of={interval} /> : (name.startsWith("AP") || !choice.matched ? awaited : choice.matched && counts !== null) && <span className="whisker-place" />}
          {notes.filter(Boolean).map((note) => (
            <small key={note}>{note}</small>
          ))}
        </div>
      ))}
      <div className="kpi wide">
        <span>
          {plural(labelled, one!, many)}, {choice.task === "semantic" ? `${whole(predicted)} predicted` : plural(predicted, "prediction")}
          {counts !== null && counts.ignored > 0 && `, ${whole(counts.ignored)} ignored`}
        </span>
        {counts ? <OutcomeBar counts={counts} opens={choice.confusable} /> : <small>On {plural(summary.images, "image")}. No threshold plays a part here.</small>}
      </div>
    </section>
  );
}

/** Every number of the protocol, each with its definition. */
export function ScoresCard({ summary, choice, intervals }: Props): ReactElement {
  const { protocol, task } = choice;
  const title = protocol ? shortTitle(protocol.title) : "Classification";
  const rest = protocol?.title.slice(title.length).replace(/^[:,]\s*/, "");
  return (
    <Card
      title={`All numbers: ${title}`}
      hint={rest ? rest.charAt(0).toUpperCase() + rest.slice(1) : "Answers compared with labels, item by item"}
      foot={summary.notes?.length ? <Notes notes={summary.notes} /> : undefined}
    >
      <dl className="numbers">
        {Object.entries(summary.metrics).map(([key, value]) => {
          const { name, unit, definition, undefined: why = "" } = metric(key, task, protocol?.name);
          return (
            <div key={key}>
              <dt>{name}</dt>
              <dd>
                <b>
                  <Value text={written(value, unit)} unit={unit === "percent" ? "%" : ""} why={why} />
                </b>
                <span>{definition}</span>
                {value !== null && intervals?.[key] && <small>{sure(intervals[key], unit === "percent" ? percent : score)}</small>}
              </dd>
            </div>
          );
        })}
      </dl>
    </Card>
  );
}

function Notes({ notes }: { notes: string[] }): ReactElement {
  return (
    <ul className="notes">
      {notes.map((note) => (
        <li key={note} title={note}>
          {note}
        </li>
      ))}
    </ul>
  );
}

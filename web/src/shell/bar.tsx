/** The bar of every page: run, thresholds, classes, counts. Thresholds are never hidden. */
import type { ReactElement } from "react";
import type { Overview, Run, Summary } from "../api/client";
import { plural, score, whole } from "../format";
import { CopyButton } from "../parts/copy";
import { Letter, OutcomeGlyph } from "../parts/marks";
import { Name } from "../parts/name";
import { showOutcome } from "../parts/outcomes";
import { Slider } from "../parts/slider";
import { reachOf } from "../state/choice";
import { DEFAULTS } from "../state/url";
import { setView, useView } from "../state/view";

/** Characters of run names beyond which they do not fit side by side; a letter and edges are as wide as some. */
const ROOM = 34;
const EDGES = 5;

interface BarProps {
  project: Overview;
  run: Run;
  summary: Summary | undefined;
  stale: boolean;
  task: string;
  chooseClasses: () => void;
  openFilter: () => void;
}

export function Bar({ project, run, summary, stale, task, chooseClasses, openFilter }: BarProps): ReactElement {
  const view = useView();
  const confidence = view.confidence ?? summary?.counts?.confidence ?? run.default_confidence ?? 0;
  const [low, high] = reachOf(run);
  const counts = summary ? summary.counts : run.counts;
  const boxes = counts !== null && counts.iou !== null;
  return (
    <header className="bar">
      <RunSwitch runs={project.runs} run={run} />
      {boxes && (
        <>
          <Slider name={task === "keypoints" ? "OKS" : "IoU"} value={view.iou} low={0.1} high={0.95} change={(iou) => setView({ iou })} reset={() => setView({ iou: DEFAULTS.iou })} usual={`back to ${score(DEFAULTS.iou, 2)}`} />
          <Slider
            name="Confidence"
            value={confidence}
            low={Math.min(low, confidence)}
            high={Math.max(high, confidence)}
            change={(value) => setView({ confidence: value })}
            reset={() => setView({ confidence: null })}
            usual="back to each run's best F1"
          />
          <button className="btn small chooser" onClick={chooseClasses} aria-haspopup="dialog">
            {classLabel(view.classes, project)}
          </button>
        </>
      )}
      <button className="btn small" onClick={openFilter} aria-haspopup="dialog">
        Filter: {view.slice === null ? "all images" : summary?.slice == null ? "images" : plural(summary.images, "image")}
      </button>
      <div className={stale ? "bar-counts stale" : "bar-counts"} role="status" aria-live="polite">
        {counts && (["tp", "fp", "fn"] as const).map((k) => (
          <button key={k} disabled={!boxes && task !== "classification"} onClick={() => showOutcome(k)} title={`Show ${k.toUpperCase()}`}>
            <OutcomeGlyph of={k} /> <b>{whole(summary && counts[k])}</b> <span>{k.toUpperCase()}</span>
          </button>
        ))}
      </div>
      <CopyButton text={() => window.location.href}>Copy link</CopyButton>
    </header>
  );
}

function classLabel(classes: number[], project: Overview): string {
  if (classes.length === 0) return "All classes";
  const first = project.classes[classes[0]!]?.name ?? "?";
  return classes.length === 1 ? first : `${first} and ${classes.length - 1} more`;
}

function RunSwitch({ runs, run }: { runs: Run[]; run: Run }): ReactElement {
  const choose = (name: string) => setView({ run: name, confidence: null, selected: null });
  if (runs.length === 1)
    return (
      <span className="one-run">
        <Letter letter={run.letter} /> <Name of={run.name} />
      </span>
    );
  if (runs.reduce((wide, r) => wide + r.name.length + EDGES, 0) > ROOM)
    return (
      <span className="one-run">
        <Letter letter={run.letter} />
        <select className="btn small" aria-label="Run" value={run.name} onChange={(e) => choose(e.target.value)}>
          {runs.map((r) => (
            <option key={r.name}>{r.name}</option>
          ))}
        </select>
      </span>
    );
  return (
    <div className="segments" role="radiogroup" aria-label="Run">
      {runs.map((r) => (
        <button key={r.name} role="radio" aria-checked={r.name === run.name} onClick={() => choose(r.name)}>
          <Letter letter={r.letter} /> <Name of={r.name} />
        </button>
      ))}
    </div>
  );
}

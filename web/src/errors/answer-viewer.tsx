/** The picture of a labelled image, the right answers and the given ones. */
import { useEffect, type ReactElement } from "react";
import type { Answer } from "../api/answers";
import { score, titleOf } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import { useKeys } from "../state/keys";
import { setView, useView } from "../state/view";
import { pictureOf } from "../viewer/pixels";
import { Stage } from "../viewer/stage";
import { useLens } from "../viewer/use-lens";
import { Notes } from "./notes";

const PLAIN = { strong: new Set<string>(), link: null };
const nothing = () => undefined;

export function AnswerViewer({ chosen, next }: { chosen: Answer | undefined; next: Answer | undefined }): ReactElement {
  return chosen ? <Shown chosen={chosen} next={next} /> : <section className="card viewer" aria-label="Picture" />;
}

function Shown({ chosen, next }: { chosen: Answer; next: Answer | undefined }): ReactElement {
  const { item } = chosen;
  const { keep: kept, wide } = useView();
  const { measure, sheet, lens, move, keep } = useLens(`${item.data_hash}:${item.frame}`, item, null);
  useKeys({ l: keep, w: () => setView({ wide: !wide }) });
  const ahead = next?.item.has_pixels ? pictureOf(next.item) : null;
  useEffect(() => {
    if (ahead) new Image().src = ahead;
  }, [ahead]);
  return (
    <section className="card viewer" aria-label="Picture">
      <header className="viewer-head">
        <div>
          <b>
            <bdi>{titleOf(item)}</bdi>
          </b>
          <small>
            {[item.has_pixels && `${item.width} × ${item.height}`, item.split].filter(Boolean).join(", ")}
          </small>
        </div>
        <button className="btn small" aria-pressed={kept} title="Keep zoom and place from one image to the next" onClick={keep}>
          Keep <kbd>L</kbd>
        </button>
        <button className="btn small" aria-pressed={wide} title="The picture on the whole page" onClick={() => setView({ wide: !wide })}>
          Wide <kbd>W</kbd>
        </button>
      </header>
      <div className="viewer-body">
        <div className="viewer-main">
          <div className="stage-box" ref={measure}>
            <Stage name="Picture" item={item} marks={[]} look={PLAIN} sheet={sheet} lens={lens} move={move} point={nothing} choose={nothing} />
          </div>
          <div className="viewer-legend">
            <span className="licence" title={item.licence}><bdi>{item.licence}</bdi></span>
          </div>
        </div>
        <div className="viewer-side">
          <Facts of={chosen} />
          <Notes image={chosen.note} object={null} />
        </div>
      </div>
    </section>
  );
}

function Facts({ of }: { of: Answer }): ReactElement {
  const right = new Set(of.labelled.map((answer) => answer.class_id));
  return (
    <dl className="facts" data-testid="answer">
      <dt>Outcome</dt>
      <dd>
        <OutcomeGlyph of={of.right ? "tp" : "fp"} /> {of.right ? "Right" : of.given.length ? "Wrong" : "No answer"}
      </dd>
      <dt>Labelled as</dt>
      <dd><bdi>{of.labelled.map((answer) => answer.class_name).join(", ")}</bdi></dd>
      {of.given.map((answer, k) => (
        <div key={answer.class_id} className="given">
          <dt>{k ? "" : "Answered"}</dt>
          <dd>
            <OutcomeGlyph of={right.has(answer.class_id) ? "tp" : "fp"} size={8} /> <bdi>{answer.class_name}</bdi> at {score(answer.confidence, 2)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

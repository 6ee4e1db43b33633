/** The picture with the suspected label, what is suggested, and everything else that is labelled. */
import { useContext, type ReactElement } from "react";
import { pointOf, type Run } from "../api/client";
import { useItem } from "../api/items";
import type { LabelIssue } from "../api/labels";
import { titleOf } from "../format";
import { Name } from "../parts/name";
import { useKeys } from "../state/keys";
import { setView, useView } from "../state/view";
import { marksOf, plainLabels, type Named } from "../viewer/marks";
import type { Look } from "../viewer/paint";
import { SkeletonContext } from "../viewer/skeleton";
import { Stage as CanvasStage } from "../viewer/stage";
import { useLens } from "../viewer/use-lens";
import { useLooked } from "../viewer/use-looked";
import { agreeing, boxOf, issueMarks, NAMED } from "./shapes";
import { ISSUES, nameOf } from "./words";

interface Props {
  issue: LabelIssue | undefined;
  run: Run;
}

export function Stage({ issue, run }: Props): ReactElement {
  const { zoom } = useView();
  if (!issue?.image) return <section className="card label-stage" aria-label="Picture" />;
  return (
    <section className="card label-stage" aria-label="Picture">
      <header className="viewer-head">
        <div>
          <b>
            {ISSUES[issue.kind]}: <bdi>{nameOf(issue)}</bdi>
          </b>
          <small>
            <bdi>{titleOf(issue.image)}</bdi>
          </small>
        </div>
        <button className="btn small" aria-pressed={zoom} onClick={() => setView({ zoom: !zoom })}>
          Zoom <kbd>Z</kbd>
        </button>
      </header>
      <Whole issue={issue} image={issue.image} run={run} />
      <Legend issue={issue} />
    </section>
  );
}

function Legend({ issue }: { issue: LabelIssue }): ReactElement {
  return (
    <div className="viewer-legend">
      {issue.label && <span><i className="swatch label" /> label</span>}
      {issue.other && <span><i className="swatch stays" /> label that stays</span>}
      {issue.suggestion?.box && <span><i className="swatch suggested" /> suggested{issue.run && <> by <Name of={issue.run} /></>}</span>}
      {agreeing(issue).length > 0 && <span><i className="swatch agrees" /> another run agrees</span>}
      <span className="licence" title={issue.image?.licence}><bdi>{issue.image?.licence}</bdi></span>
    </div>
  );
}

function Whole({ issue, image, run }: { issue: LabelIssue; image: NonNullable<LabelIssue["image"]>; run: Run }): ReactElement {
  const view = useView();
  const skeletons = useContext(SkeletonContext);
  const matched = run.counts?.iou != null;
  const item = useItem(matched ? image : null, { ...pointOf(view, run.name), classes: undefined });
  const here = item.data?.data_hash === image.data_hash && item.data.frame === image.frame ? item.data.objects : [];
  const own = [issue.label, issue.other].map((label) => label?.box?.join());
  const others = plainLabels(marksOf(here.filter((o) => !own.includes(o.box.join())), run.letter, run.task, skeletons));
  const marks: Named[] = [...others, ...issueMarks(issue)];
  const of = `${image.data_hash}:${image.frame} ${issue.key}`;
  const { measure, sheet, lens, move, keep } = useLens(of, image, boxOf(issue));
  const looked = useLooked(of, null);
  const hot = looked.hot ?? looked.pinned;
  const look: Look = { strong: hot === null ? NAMED : new Set([...NAMED, hot]), link: null };
  // One after the other; after the last none is named but what the issue is about.
  const rest = marks.filter((mark) => !NAMED.has(mark.key));
  const next = rest[rest.findIndex((mark) => mark.key === looked.pinned) + 1];
  useKeys({ l: keep, o: () => looked.choose(next?.key ?? looked.pinned) });
  const named = marks.find((mark) => mark.key === hot);
  return (
    <div className="stage-box" ref={measure}>
      <CanvasStage name="Picture" item={image} marks={marks} look={look} sheet={sheet} lens={lens} move={move} point={looked.point} choose={looked.choose}>
        <span className="unseen" role="status">{named?.text}</span>
      </CanvasStage>
    </div>
  );
}

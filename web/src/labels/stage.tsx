/** The picture with the suspected label, what is suggested, and everything else that is labelled. */
import { useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { imageUrl, pointOf, type Box, type Run } from "../api/client";
import { useItem } from "../api/items";
import type { LabelIssue } from "../api/labels";
import { NoPicture, Picture, windowAround } from "../errors/grid";
import { titleOf } from "../format";
import { Name } from "../parts/name";
import { setView, useView } from "../state/view";
import { agreeing, boxOf, IssueShapes, Outline, suggestedBox } from "./shapes";
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
      <Whole key={`${issue.image.data_hash}:${issue.image.frame}`} issue={issue} image={issue.image} run={run} zoom={zoom} />
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

function Whole({ issue, image, run, zoom }: { issue: LabelIssue; image: NonNullable<LabelIssue["image"]>; run: Run; zoom: boolean }): ReactElement {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 700, height: 600 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize({ width: entry.contentRect.width, height: entry.contentRect.height }));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  const view = useView();
  const matched = run.counts?.iou != null;
  const item = useItem(matched ? image : null, { ...pointOf(view, run.name), classes: undefined });
  const here = item.data?.data_hash === image.data_hash && item.data.frame === image.frame ? item.data.objects : [];
  const others = here.filter((o) => o.role === "ground_truth" && ![issue.label, issue.other].some((l) => l?.box?.join() === o.box.join()));
  const full: Box = [0, 0, image.width, image.height];
  const box = boxOf(issue);
  const [left, top, width, height] = zoom && box ? windowAround(box, image.width, image.height, size.width / size.height) : full;
  const scale = Math.min(size.width / width, size.height / height);
  const style = {
    width: image.width * scale,
    height: image.height * scale,
    transform: `translate(${(size.width - width * scale) / 2 - left * scale}px, ${(size.height - height * scale) / 2 - top * scale}px)`,
  };
  return (
    <div ref={ref} className="stage" data-testid="stage">
      <div className="stage-layer" style={style}>
        {image.has_pixels ? <Picture src={imageUrl(image)} alt={image.title} name={image.title} /> : <NoPicture name={image.title} />}
        <svg viewBox={full.join(" ")} preserveAspectRatio="none" aria-hidden="true">
          {others.map((o) => (
            <Outline key={o.id} box={o.box} paint="context" />
          ))}
          <IssueShapes issue={issue} />
          <Tags issue={issue} scale={scale} />
        </svg>
      </div>
    </div>
  );
}

/** The suggestion is named above its box, the label below its own. */
function Tags({ issue, scale }: { issue: LabelIssue; scale: number }): ReactElement {
  const size = 13 / scale;
  const gap = 5 / scale;
  const suggested = issue.suggestion && suggestedBox(issue);
  const label = issue.label?.box;
  return (
    <>
      {suggested && (
        <text className="tag suggested" x={Math.max(suggested[0] ?? 0, 0) + gap} y={(suggested[1] ?? 0) - gap - size > 0 ? (suggested[1] ?? 0) - gap : (suggested[1] ?? 0) + size + gap} fontSize={size}>
          suggested: {issue.suggestion?.class_name}
        </text>
      )}
      {label && (
        <text className="tag label" x={Math.max(label[0] ?? 0, 0) + gap} y={Math.min((label[1] ?? 0) + (label[3] ?? 0) + size + gap, (issue.image?.height ?? 0) - gap)} fontSize={size}>
          label: {issue.label?.class_name}
          {issue.removed && ", to remove"}
        </text>
      )}
    </>
  );
}

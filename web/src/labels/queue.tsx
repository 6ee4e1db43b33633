/** The queue: kinds with their counts, and every suspect, the likeliest first. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement } from "react";
import { cropUrl, thumbnailUrl } from "../api/client";
import type { IssueKind, LabelIssue, LabelIssues } from "../api/labels";
import { clipped, NoPicture, Picture, windowAround } from "../errors/grid";
import { score, titleOf, whole } from "../format";
import { setView, useView } from "../state/view";
import { Overlay } from "../viewer/overlay";
import { boxOf, shapesOf } from "./shapes";
import { ISSUES, nameOf, STATES } from "./words";

const ROW = 60;
const SCALE = 160;

interface Props {
  kinds: LabelIssues["kinds"];
  issues: LabelIssue[];
  total: number;
  current: number;
  more: () => void;
}

export function Queue({ kinds, issues, total, current, more }: Props): ReactElement {
  return (
    <section className="card label-queue" aria-label="Suspected labels">
      <KindChips kinds={kinds} />
      {issues.length ? (
        <Rows issues={issues} total={total} current={current} more={more} />
      ) : (
        <div className="empty">
          <b>No suspects of this kind</b>
          <p>The runs contradict no label in this way.</p>
        </div>
      )}
    </section>
  );
}

function KindChips({ kinds }: { kinds: LabelIssues["kinds"] }): ReactElement {
  const { issue } = useView();
  const all = kinds.reduce((sum, k) => sum + k.count, 0);
  const rows: [IssueKind | null, string, number][] = [[null, "All", all], ...kinds.map((k): [IssueKind, string, number] => [k.kind, ISSUES[k.kind], k.count])];
  return (
    <div className="kind-chips" role="group" aria-label="Kinds">
      {rows.map(([kind, name, count]) => (
        <button key={name} className="choice-chip" aria-pressed={issue === kind} onClick={() => setView({ issue: kind, selected: null })}>
          {name} <i>{whole(count)}</i>
        </button>
      ))}
    </div>
  );
}

function Rows({ issues, total, current, more }: Omit<Props, "kinds">): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: issues.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 6 });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= issues.length - 10 && issues.length < total) more();
  });
  useEffect(() => {
    virtual.scrollToIndex(current, { align: "auto" });
  }, [current, virtual]);
  const follow = useRef(false);
  useEffect(() => {
    const row = follow.current ? scroller.current?.querySelector<HTMLElement>('[aria-pressed="true"]') : null;
    if (!row) return; // it is still to come
    follow.current = false;
    row.focus({ preventScroll: true });
  });
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: issues.length - 1 }[event.key];
    const next = to === undefined ? undefined : issues[Math.min(issues.length - 1, Math.max(0, to))];
    if (!next) return;
    event.preventDefault();
    follow.current = true;
    setView({ selected: next.key });
  }
  return (
    <div ref={scroller} className="queue-scroll" onKeyDown={onKey}>
      <div className="queue-rows" style={{ height: virtual.getTotalSize() }}>
        {shown.map((row) => {
          const issue = issues[row.index];
          return issue && <Row key={issue.key} issue={issue} current={row.index === current} top={row.start} />;
        })}
      </div>
    </div>
  );
}

function Row({ issue, current, top }: { issue: LabelIssue; current: boolean; top: number }): ReactElement {
  const name = nameOf(issue);
  return (
    <button className="queue-row" tabIndex={current ? 0 : -1} aria-pressed={current} style={{ transform: `translateY(${top}px)` }} onClick={() => setView({ selected: issue.key })}>
      <Thumbnail issue={issue} />
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <small>{ISSUES[issue.kind]}</small>
      </span>
      {issue.state === "open" ? <i>{score(issue.score, 2)}</i> : <span className={`pill ${issue.state === "accepted" ? "ok" : "note"}`}>{STATES[issue.state]}</span>}
    </button>
  );
}

function Thumbnail({ issue }: { issue: LabelIssue }): ReactElement {
  const { image } = issue;
  const box = boxOf(issue);
  const shapes = useMemo(() => shapesOf(issue), [issue]);
  if (!image) return <div className="tile-picture" />;
  const frame = box && clipped(windowAround(box, image.width, image.height), image.width, image.height);
  const name = titleOf(image);
  return (
    <div className="tile-picture">
      {image.has_pixels ? <Picture src={frame ? cropUrl(image, frame, SCALE) : thumbnailUrl(image, SCALE)} alt="" name={name} /> : <NoPicture name={name} />}
      {frame && <Overlay around={frame} shapes={shapes} />}
    </div>
  );
}

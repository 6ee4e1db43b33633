/** The same part of a picture once or several times: runs beside each other, predictions beside labels. */
import { type ReactElement, type ReactNode } from "react";
import type { ItemView } from "../api/client";
import { score } from "../format";
import { useKeys } from "../state/keys";
import { setView } from "../state/view";
import { ghostOf, linked, type Mark } from "./marks";
import { ObjectCard } from "./object-card";
import type { Look } from "./paint";
import { placed } from "./sheet";
import { Stage } from "./stage";
import type { Shared } from "./use-lens";

export interface Pane {
  key: string;
  name: string;
  title?: ReactNode;
  marks: Mark[];
  foot?: ReactNode;
}

/** What is looked at: hovered or reached by key, else clicked; the selected object else. */
export interface Looked {
  hot: string | null;
  pinned: string | null;
  focus: string | null;
  point: (key: string | null) => void;
  choose: (key: string | null) => void;
}

interface Props {
  item: Pick<ItemView, "data_hash" | "frame" | "title" | "width" | "height" | "has_pixels">;
  panes: Pane[];
  looked: Looked;
  shared: Shared;
  overlap: string;
}

export function Panes({ item, panes, looked, shared, overlap }: Props): ReactElement {
  const key = looked.hot ?? looked.pinned ?? looked.focus;
  const everything = panes.flatMap((pane) => pane.marks);
  const of = everything.find((mark) => mark.key === key);
  const carded = looked.hot ?? looked.pinned;
  const home = panes.find((pane) => pane.marks.some((mark) => mark.key === carded));
  return (
    <div className="stages" style={{ gridTemplateColumns: `repeat(${panes.length}, minmax(0, 1fr))` }}>
      {panes.map((pane, k) => {
        const strong = linked(key, pane.marks, of);
        const { marks, look } = linkedLook(pane.marks, strong, key, overlap);
        const card = pane === home ? pane.marks.find((mark) => mark.key === carded) : undefined;
        return (
          <figure key={pane.key} className="pane">
            {pane.title && <figcaption>{pane.title}</figcaption>}
            <div className="stage-box" ref={k === 0 ? shared.measure : undefined}>
              <Stage name={pane.name} item={item} marks={marks} look={look} sheet={shared.sheet} lens={shared.lens} move={shared.move} point={looked.point} choose={looked.choose}>
                {card && <ObjectCard mark={card} at={placed(shared.lens, shared.sheet)} sheet={shared.sheet} overlap={overlap} />}
              </Stage>
            </div>
            {pane.foot}
          </figure>
        );
      })}
    </div>
  );
}

/** The marks with a partner that would not be drawn, and the line between both. */
function linkedLook(marks: Mark[], strong: Set<string>, key: string | null, overlap: string): { marks: Mark[]; look: Look } {
  const from = marks.find((mark) => mark.key === key);
  const ghost = ghostOf(from, marks);
  const to = ghost ?? marks.find((mark) => mark.key === from?.partner);
  const iou = from?.object.partner?.iou;
  const drawn = ghost ? [...marks, ghost] : marks;
  const explains = from?.paint === "fp" && to?.paint === "fn" ? to.key : null;
  return {
    marks: explains === null ? drawn : drawn.map((mark) => (mark.key === explains ? { ...mark, paint: "explains" } : mark)),
    look: { strong, link: from && to ? { from, to, text: iou == null ? "" : `${overlap} ${score(iou, 2)}` } : null },
  };
}

export const PANE_WORDS: Record<number, string> = {
  1: "Labels and predictions on one picture",
  2: "Predictions beside labels",
  3: "Both runs beside the labels",
};

/** How many pictures stand beside each other. */
export function PaneChoice({ counts, words, value, usual }: { counts: number[]; words: Record<number, string>; value: number; usual: number }): ReactElement {
  const choose = (count: number) => setView({ panes: count === usual ? null : count });
  useKeys({ v: () => choose(counts[(counts.indexOf(value) + 1) % counts.length]!) });
  return (
    <div className="segments" role="radiogroup" aria-label="Pictures side by side">
      {counts.map((count) => (
        <button key={count} role="radio" aria-checked={count === value} aria-label={words[count]} title={`${words[count]} (V)`} onClick={() => choose(count)}>
          <span className="pane-icon" aria-hidden="true">{Array.from({ length: count }, (_, k) => <i key={k} />)}</span>
        </button>
      ))}
    </div>
  );
}

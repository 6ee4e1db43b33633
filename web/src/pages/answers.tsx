/** Which images does a run of classifications get wrong, and as what? */
import { useEffect, type MouseEvent, type ReactElement } from "react";
import { fetchAnswers, type Answer, type AnswerPage } from "../api/answers";
import { thumbnailUrl, type Overview, type Run } from "../api/client";
import type { Selection } from "../api/tags";
import { AnswerFacets } from "../errors/answer-facets";
import { AnswerViewer } from "../errors/answer-viewer";
import { BulkBar } from "../errors/bulk";
import { GoTo } from "../errors/go-to";
import { Noted, NoPicture, Picture, Tile, TileGrid, WaitingTile } from "../errors/grid";
import { plural, score, titleOf } from "../format";
import { Empty, Failure, Skeleton } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import { useCursor, useSeat } from "../state/cursor";
import { usePaged, type Page } from "../state/paged";
import { pickNothing, picks, usePicked } from "../state/picked";
import { usePicking } from "../state/picking";
import { unfiltered } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

type Rows = AnswerPage & Page<Answer>;

const idOf = ({ item, question }: Answer): string => `${item.data_hash}:${item.frame}:${question}`;

export function AnswersPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const { outcome, labelled, predicted, classes, slice, wide } = useView();
  const filter = { outcome, labelled, predicted, classes, slice };
  const asked = JSON.stringify([run.name, filter]);
  const seat = useSeat(asked);
  const list = usePaged<Answer, Rows>({
    key: ["answers", run.name, filter],
    keep: seat.keep,
    fetch: (offset, signal) => fetchAnswers(run.name, filter, offset, signal).then((page) => ({ ...page, rows: page.answers })),
  });
  const { total } = list;
  const cursor = useCursor(seat, list, idOf);
  const { at, row: selected, go } = cursor;
  const picked = usePicked();
  const { pick, pickCurrent, toFirst } = usePicking(list, cursor, idOf);
  useEffect(() => pickNothing, [asked]); // another list, another selection
  const inside = list.loaded.filter((row) => picked.ids.has(idOf(row)));
  const tagged = inside.length === picks(picked) ? inside.map((row) => row.tags) : [];
  const selection: Selection = { images: [...new Set([...picked.ids].map((id) => id.split(":")[0]!))], objects: [] };
  return (
    <div className="errors-page">
      <PageHead title="Errors" question="Which images does the model get wrong, and what does it take them for?" />
      <div className={wide ? "errors-columns wide" : "errors-columns"}>
        <AnswerFacets project={project} facets={list.head?.facets} />
        <section className={list.stale ? "errors-list stale" : "errors-list"} aria-label="Images">
          <div className="errors-tools">
            <span className="muted" data-testid="total">{list.head && plural(total, "image")}</span>
            <span className="muted">{outcome === "tp" ? "the most doubtful answers first" : "the surest answers first"}</span>
          </div>
          <div className="errors-picks">
            <BulkBar run={run.name} noun="image" selection={selection} tagged={tagged} />
            <GoTo at={at} total={total} go={go} toFirst={toFirst} />
          </div>
          {list.error ? (
            <Failure error={list.error} retry={list.retry} />
          ) : !list.head ? (
            <Skeleton height={500} />
          ) : total === 0 ? (
            <Empty title="Nothing here">
              <p>No labelled image fits the filters above.</p>
              <button className="btn" onClick={() => setView(unfiltered())}>
                Clear filters
              </button>
            </Empty>
          ) : (
            <TileGrid count={total} current={at} see={list.see} go={go} pick={pickCurrent}>
              {(k) => {
                const row = list.row(k);
                if (!row) return <WaitingTile key={k} />;
                return <AnswerTile key={idOf(row)} answer={row} current={row === selected} picked={picked.ids.has(idOf(row))} choose={(event) => pick(k, event)} />;
              }}
            </TileGrid>
          )}
        </section>
        <AnswerViewer chosen={selected} next={list.row(at + 1)} />
      </div>
    </div>
  );
}

interface TileProps {
  answer: Answer;
  current: boolean;
  picked: boolean;
  choose: (event: MouseEvent) => void;
}

function AnswerTile({ answer, ...tile }: TileProps): ReactElement {
  const { item, labelled, given, right, tags, note } = answer;
  const names = (answers: { class_name: string }[]) => answers.map((one) => one.class_name).join(", ");
  const words = right ? names(labelled) : `${given.length ? names(given) : "no answer"}, is ${names(labelled)}`;
  const title = titleOf(item);
  return (
    <Tile {...tile} title={`${title}\n${words}`}>
      <div className="tile-picture whole">{item.has_pixels ? <Picture src={thumbnailUrl(item, 272)} alt={words} name={title} /> : <NoPicture name={title} />}</div>
      <div className="tile-words">
        <OutcomeGlyph of={right ? "tp" : "fp"} />
        <bdi>{words}</bdi>
        {tags.length > 0 && <i className="tile-tags" title={tags.join(", ")}>{tags.join(", ")}</i>}
        <Noted note={note} />
        <span>{given[0]?.confidence == null ? "" : score(given[0].confidence, 2)}</span>
      </div>
    </Tile>
  );
}

/** Images or objects by a description, where the model that embedded them knows text. */
import { useState, type ReactElement } from "react";
import { useTextSearch, type EmbeddingState, type LikePlace } from "../api/embeddings";
import { plural, whole } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { withPart } from "../state/slice";
import { MOST_TEXT, type View } from "../state/url";
import { setView, useView } from "../state/view";
import { sliceOf } from "./geometry";
import { SmallTiles } from "./tiles";

interface Props {
  state: EmbeddingState;
  of: View["mode"];
  choose: (place: LikePlace) => void;
}

export function TextSearchCard({ state, of, choose }: Props): ReactElement {
  const { text } = useView();
  const part = state.parts.find((p) => p.of === of && p.run === null);
  if (!part?.knows_text) return <NoText state={state} of={of} model={part?.model ?? null} />;
  return (
    <Card title="Search by text" foot={`By the cosine of text and picture, by ${part.model ?? "their model"}; nothing leaves this machine.`}>
      <SearchForm key={text} text={text} of={of} />
      {text !== null && <Found text={text} of={of} choose={choose} />}
    </Card>
  );
}

function SearchForm({ text, of }: { text: string | null; of: string }): ReactElement {
  const [words, setWords] = useState(text ?? "");
  return (
    <form
      className="text-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setView({ text: words.trim() || null });
      }}
    >
      <input type="search" maxLength={MOST_TEXT} placeholder={of === "objects" ? "What it looks like, as: a red car" : "What is to be seen, as: a dog on a sofa"} aria-label="Description" value={words} onChange={(e) => setWords(e.target.value)} />
      <button className="btn">Search</button>
    </form>
  );
}

function Found({ text, of, choose }: { text: string; of: View["mode"]; choose: Props["choose"] }): ReactElement {
  const { slice } = useView();
  const found = useTextSearch(text, of, slice);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data)
    return (
      <>
        <p className="muted" role="status">
          Searching; the first search loads the model, which takes some seconds.
        </p>
        <Skeleton height={160} />
      </>
    );
  const { places, searched } = found.data;
  const images = of === "images" ? sliceOf(places.map((place) => place.row)) : null;
  return (
    <>
      <p className="muted" data-testid="text-found">
        The {whole(places.length)} that fit best, of {plural(searched, of === "objects" ? "object" : "image")}
        {slice && " of the slice"}
      </p>
      <SmallTiles tiles={places.map((place) => ({ place }))} choose={choose} />
      {images && (
        <button className="btn" onClick={() => setView({ page: "errors", mode: "images", slice: withPart(withPart(slice, "item", ""), "item", images.slice("item=".length)), selected: null })}>
          Open these {plural(places.length, "image")} in Errors
        </button>
      )}
    </>
  );
}

/** Why there is no search, and the command that makes one possible. */
function NoText({ state, of, model }: { state: EmbeddingState; of: string; model: string | null }): ReactElement {
  return (
    <Card title="Search by text">
      <p className="muted">
        {model === null ? `No ${of} are embedded by a model that knows text.` : <>The {of} are embedded by <bdi>{model}</bdi>, which knows no text.</>} One of open_clip does; it is downloaded once, the search itself is offline:
      </p>
      <div className="commands">
        {!state.can_read_text && <code>pip install &apos;boxscore[open_clip]&apos;</code>}
        <code>{state.text_command}</code>
      </div>
    </Card>
  );
}

/** Images that are there twice, and what that does to a score where splits leak. */
import type { ReactElement } from "react";
import { type Run } from "../api/client";
import { useDuplicates, useLeakage, type DuplicatePair, type Duplicates } from "../api/embeddings";
import { plural, score, whole } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { PlacePicture } from "./tiles";

const MOST_PAIRS = 6;
/** Bits up to which a mirrored hash means a mirrored picture. */
const MIRRORED_BITS = 13;

export function DuplicatesCard({ run, choose }: { run: Run | undefined; choose: (row: number) => void }): ReactElement {
  const found = useDuplicates();
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={300} />;
  const { pairs, closest } = found.data;
  const shown = pairs.length ? pairs : closest;
  return (
    <Card title="Duplicates and leakage">
      <Verdict found={found.data} run={run} />
      {found.data.model !== null && found.data.notes.map((note) => <p key={note} className="muted">{`${note.slice(0, 1).toUpperCase()}${note.slice(1)}.`}</p>)}
      {shown.slice(0, MOST_PAIRS).map((pair) => (
        <Pair key={`${pair.first.row}-${pair.second.row}`} pair={pair} choose={choose} />
      ))}
      {pairs.length > MOST_PAIRS && <p className="muted">The {MOST_PAIRS} most alike of {whole(found.data.exact + found.data.near)} pairs; all: boxscore duplicates.</p>}
    </Card>
  );
}

function Verdict({ found, run }: { found: Duplicates; run: Run | undefined }): ReactElement {
  const count = found.exact + found.near;
  if (!count && found.model === null)
    return (
      <p className="map-verdict">
        <b>No two images have the same bytes.</b> Near duplicates are found once the images are embedded.
      </p>
    );
  if (!count)
    return (
      <p className="map-verdict ok">
        <b>No near duplicates.</b> {found.denied ? "No pair is alike in its vectors and in its pixels" : `No pair is within 6 of 64 hash bits or above ${score(found.cosine, 2)} cosine`}, so no image leaks between splits by copying.
        {found.closest.length > 0 && " Closest pairs:"}
      </p>
    );
  return (
    <p className={found.across_splits ? "map-verdict bad" : "map-verdict"} data-testid="duplicates">
      <b>{plural(count, "duplicate")}</b>, {whole(found.exact)} of the same bytes. {found.across_splits ? <Leak found={found} run={run} /> : found.splits.length > 1 ? "None lies in two splits: nothing leaks." : "The images have no two splits."}
    </p>
  );
}

/** The sentence on leakage: scores where nothing leaks, and where something does. */
function Leak({ found, run }: { found: Duplicates; run: Run | undefined }): ReactElement {
  const told = useLeakage(run?.name);
  const whole_ = told.data?.parts.find((part) => part.split === null);
  const [name, clean] = Object.entries(whole_?.clean.metrics ?? {})[0] ?? ["AP", null];
  const leaked = Object.values(whole_?.leaked.metrics ?? {})[0] ?? null;
  return (
    <>
      {whole(found.across_splits)} lie in two splits: {plural(found.leaked_images, "image")} {found.leaked_images === 1 ? "leaks" : "leak"}.
      {run && told.data && (
        <>
          {" "}
          {run.name}: {name} {score(leaked)} on them, {score(clean)} on the others.
        </>
      )}
    </>
  );
}

function Pair({ pair, choose }: { pair: DuplicatePair; choose: (row: number) => void }): ReactElement {
  const { first, second, cosine, bits, exact, mirrored } = pair;
  const splits = first.split === second.split ? (first.split ? `both ${first.split}` : "none") : `${first.split || "none"}, ${second.split || "none"}`;
  return (
    <div className="map-pair">
      {[first, second].map((place) => (
        <button key={place.row} className="small-tile" title={place.title} onClick={() => choose(place.row)}>
          <PlacePicture place={place} size={220} />
        </button>
      ))}
      <dl>
        <div>
          <dt>Cosine</dt>
          <dd>{exact ? "same bytes" : score(cosine)}</dd>
        </div>
        <div>
          <dt>Hash bits</dt>
          <dd>{bits === null ? "not known" : `${bits} of 64${mirrored && bits <= MIRRORED_BITS ? ", mirrored" : ""}`}</dd>
        </div>
        <div>
          <dt>Splits</dt>
          <dd>{splits}</dd>
        </div>
      </dl>
    </div>
  );
}

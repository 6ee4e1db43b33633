/** What looks most like one image or object. */
import type { ReactElement } from "react";
import { useSimilar, type LikePlace } from "../api/embeddings";
import { titleOf } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { setView, useView } from "../state/view";
import { PlacePicture, SmallTiles } from "./tiles";

interface Props {
  of: "objects" | "images";
  row: number;
  item: string;
  clear: () => void;
  choose: (place: LikePlace) => void;
}

export function SimilarCard({ of, row, item, clear, choose }: Props): ReactElement {
  const { slice } = useView();
  const found = useSimilar(of === "objects" ? { annotation: row } : { item });
  if (found.error) return <Failure error={found.error} />;
  if (!found.data || found.isPlaceholderData) return <Skeleton height={300} />;
  const { query, neighbours } = found.data;
  const name = query.class_name ? `${query.class_name} on ${titleOf(query)}` : titleOf(query);
  const like = (slice ? `${slice},` : "") + `similar=${item}:20`;
  return (
    <Card
      title={of === "objects" ? "Similar objects" : "Similar images"}
      hint={<bdi>{name}</bdi>}
      aside={
        <button className="btn small" onClick={clear}>
          Close
        </button>
      }
      foot="By the cosine of their embeddings; 1 is the same."
    >
      <div className="map-query">
        <PlacePicture place={query} size={400} />
      </div>
      <SmallTiles tiles={neighbours.map((place) => ({ place }))} choose={choose} />
      {of === "images" && (
        <button className="btn" onClick={() => setView({ page: "errors", slice: like, selected: null })}>
          Open the 20 most similar in Errors
        </button>
      )}
    </Card>
  );
}

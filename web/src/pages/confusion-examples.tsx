/** The objects of one mistaken pair of classes, beside the matrix. */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { EVERYTHING, fetchErrors, pointOf, type Run } from "../api/client";
import { ObjectTile } from "../errors/grid";
import { plural } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import type { Choice } from "../state/choice";
import type { View } from "../state/url";
import { setView, useView } from "../state/view";

const MOST = 8;

interface ExamplesProps {
  run: Run;
  choice: Choice;
  labelled: { class_id: number; name: string };
  predicted: { class_id: number; name: string };
  /** Where all of them are. */
  to: Partial<View>;
}

export function ExamplesCard({ run, choice, labelled, predicted, to }: ExamplesProps): ReactElement {
  const point = { ...pointOf(useView(), run.name), classes: undefined };
  const filter = { ...EVERYTHING, outcome: "fp", labelled: labelled.class_id, predicted: predicted.class_id, sort: "confidence" };
  const found = useQuery({
    queryKey: ["errors", point, choice.under, filter],
    queryFn: ({ signal }) => fetchErrors(point, choice.under, filter, 0, signal),
  });
  return (
    <Card
      title={`${labelled.name} seen as ${predicted.name}`}
      hint={found.data && `${plural(found.data.total, "object")}, the surest first`}
      aside={<button className="btn small" onClick={() => setView(to)}>Open in Errors</button>}
    >
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={150} />
      ) : (
        <div className="value-tiles">
          {found.data.objects.slice(0, MOST).map((object, k) => (
            <ObjectTile key={object.id} object={object} current={k === 0} choose={() => setView({ ...to, selected: object.id })} />
          ))}
        </div>
      )}
    </Card>
  );
}

/** The counts beside every choice of the filter. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, defined, query, unwrap, type Point, type Under } from "./client";
import type { components } from "./schema";
import type { View } from "../state/url";

type Schemas = components["schemas"];
export type Facets = Schemas["FilterFacets"];
export type ImageFacets = Schemas["ImageFacets"];
export type ObjectFacets = Schemas["ObjectFacets"];
export type RangeFacet = Schemas["RangeFacet"];

/** Images by every choice, and objects where a run is given; of `ranges` the histograms too. */
export function useFacets(view: View, point: Point | null, { task, slice }: Under, ranges: string[]): UseQueryResult<Facets> {
  const { kind, labelled, predicted, below, tag, among } = view;
  const outcome = view.outcome === "all" ? undefined : view.outcome;
  const objects = point && { ...query(point), run: point.run, outcome, task, ...defined({ kind, labelled, predicted, below, tag, among }) };
  const asked = { ...objects, slice, ranges: ranges.join(",") || undefined };
  return useQuery({
    queryKey: ["facets", asked],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/facets", { params: { query: asked }, signal })),
  });
}

/** Images one by one, the frames of a sequence, and what comes next fetched ahead. */
import { queryOptions, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, queries, query, unwrap, type ItemId, type ItemView, type Point, type Under } from "./client";
import type { components } from "./schema";

export type Frames = components["schemas"]["Frames"];

/** Counts of every frame in time; nothing is asked of an image that belongs to no sequence. */
export function useFrames(point: Point, { task, slice }: Under, sequence: string): UseQueryResult<Frames> {
  return useQuery({
    queryKey: ["frames", point, task, slice, sequence],
    enabled: sequence !== "",
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/frames", { params: { path: { run: point.run }, query: { ...query(point), sequence, task, slice } }, signal })),
  });
}

/** One image with its labels and a run's predictions. */
function itemOptions(id: ItemId | null, point: Point | null, { task, slice }: Under = {}) {
  return queryOptions({
    queryKey: ["item", id, point, task, slice],
    enabled: id !== null && point !== null,
    queryFn: async ({ signal }): Promise<ItemView> =>
      unwrap(
        await client.GET("/api/v1/items/{data_hash}/{frame}", {
          params: {
            path: { data_hash: id!.data_hash, frame: id!.frame },
            query: { run: point!.run, iou: point!.iou, task, slice, ...(point!.confidence === null ? {} : { confidence: point!.confidence }) },
          },
          signal,
        }),
      ),
  });
}

export function useItem(id: ItemId | null, point: Point | null, under: Under = {}): UseQueryResult<ItemView> {
  return useQuery(itemOptions(id, point, under));
}

/** Objects and pixels of an image that is likely shown next; resolves when its picture is there. */
export async function fetchAhead(id: ItemId, point: Point, under: Under, src: string | null): Promise<void> {
  const picture = new Image();
  if (src !== null) picture.src = src;
  await Promise.all([queries.prefetchQuery(itemOptions(id, point, under)), src === null ? undefined : picture.decode().catch(() => undefined)]);
}

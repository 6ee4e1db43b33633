/** Questions of the Slices page: weak slices, importance, performance against a metric. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, query, unwrap, type Point, type Under } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type WeakSlices = Schemas["WeakSlices"];
export type WeakSlice = Schemas["WeakSlice"];
export type MetricImportance = Schemas["MetricImportance"];
export type ImportanceRow = Schemas["ImportanceRow"];
export type MetricPerformance = Schemas["MetricPerformance"];

/** Against a baseline all of COCO's IoU thresholds count, unless another one than the usual is chosen. */
function found(point: Point, baseline: string | null) {
  const { iou, ...rest } = query(point);
  return { ...rest, ...(baseline === null ? { iou } : { baseline, ...(iou === 0.5 ? {} : { iou }) }) };
}

/** Subsets on which the run does worse, or loses against a baseline. */
export function useWeakSlices(point: Point, baseline: string | null, { task, slice }: Under): UseQueryResult<WeakSlices> {
  const asked = found({ ...point, classes: undefined }, baseline);
  return useQuery({
    queryKey: ["weak-slices", asked, point.run, task, slice],
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/weak-slices", { params: { path: { run: point.run }, query: { ...asked, task, slice } }, signal })),
  });
}

/** What every metric has to do with the failures. */
export function useImportance(point: Point, baseline: string | null, { task, slice }: Under): UseQueryResult<MetricImportance> {
  const asked = found(point, baseline);
  return useQuery({
    queryKey: ["importance", asked, point.run, task, slice],
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/metric-importance", { params: { path: { run: point.run }, query: { ...asked, task, slice } }, signal })),
  });
}

/** Precision, recall and confidence over bins of a metric. */
export function usePerformance(point: Point, metric: string | null, { task, slice }: Under): UseQueryResult<MetricPerformance> {
  return useQuery({
    queryKey: ["metric-performance", point, metric, task, slice],
    enabled: metric !== null,
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/metric-performance", {
          params: { path: { run: point.run }, query: { ...query(point), metric: metric ?? "", bins: 8, task, slice } },
          signal,
        }),
      ),
  });
}

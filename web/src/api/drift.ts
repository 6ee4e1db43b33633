/** Questions of the Drift page, and of the classes against a metric. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, query, unwrap, type Point, type Under } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Drift = Schemas["Drift"];
export type MetricDrift = Schemas["MetricDrift"];
export type DriftedMetric = Schemas["DriftedMetric"];
export type MetricRow = Schemas["MetricRow"];
export type MetricByClass = Schemas["MetricByClass"];
export type ClassAgainstMetric = Schemas["ClassAgainstMetric"];

/** Two slices, the second one of another project where that is named. */
export interface Sides {
  slice?: string;
  against?: string;
  other?: string;
  /** Against the images that the first slice leaves out. */
  rest?: boolean;
}

/** Every metric and the classes of both sides. */
export function useDrift(sides: Sides, enabled: boolean): UseQueryResult<Drift> {
  return useQuery({
    queryKey: ["drift", sides],
    enabled,
    staleTime: Infinity,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/drift", { params: { query: { ...sides } }, signal })),
  });
}

/** One metric of both sides over common bins, and the values of one of them. */
export function useDriftedMetric(sides: Sides, metric: string, bin: number | null): UseQueryResult<DriftedMetric> {
  return useQuery({
    queryKey: ["drift-metric", sides, metric, bin],
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/drift/metric", { params: { query: { ...sides, metric, limit: 12, ...(bin === null ? {} : { bin }) } }, signal })),
  });
}

/** Every class against a metric. */
export function useByClass(point: Point, metric: string, { task, slice }: Under): UseQueryResult<MetricByClass> {
  const { iou, confidence } = query(point);
  return useQuery({
    queryKey: ["metric-by-class", point.run, iou, confidence, metric, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/metric-by-class", {
          params: { path: { run: point.run }, query: { iou, ...(confidence === undefined ? {} : { confidence }), metric, task, slice } },
          signal,
        }),
      ),
  });
}

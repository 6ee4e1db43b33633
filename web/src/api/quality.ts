/** Questions of the Metrics page: what there is to measure, how it is spread, what is beyond a threshold. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Narrowed } from "../state/honour";
import { client, unwrap, type Findings, type ListedMetric, type MetricValues } from "./client";

/** Every quality metric, and how much of it is computed. */
export function useMetrics(): UseQueryResult<ListedMetric[]> {
  return useQuery({
    queryKey: ["metrics"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/metrics", { signal })).metrics,
  });
}

export interface ValueFilter {
  metric: string;
  /** Whose predictions; null: the images and their labels. */
  run: string | null;
  sort: "lowest" | "highest";
}

/** A metric's distribution and its lowest or highest rows, among what the filter leaves. */
export function useMetricValues({ metric, run, sort }: ValueFilter, limit: number, { slice, classes }: Narrowed): UseQueryResult<MetricValues> {
  return useQuery({
    queryKey: ["metric-values", metric, run, sort, limit, slice, classes],
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/metrics/{metric}/values", {
          params: { path: { metric }, query: { run: run ?? undefined, bins: 40, sort, limit, slice, classes } },
          signal,
        }),
      ),
  });
}

export interface FindingFilter {
  run?: string;
  code?: string;
  metric?: string;
}

/** Counts by code, outliers by metric, the first findings, among what the filter leaves. */
export function useFindings({ run, code, metric }: FindingFilter, limit: number, { slice, classes }: Narrowed): UseQueryResult<Findings> {
  return useQuery({
    queryKey: ["findings", run, code, metric, limit, slice, classes],
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/findings", { params: { query: { run, code, metric, limit, slice, classes } }, signal })),
  });
}

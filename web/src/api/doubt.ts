/** How sure curves, costs and differences are: asked once what they belong to stands still, drawn when it comes. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, unwrap, type Point, type Schemas, type Under } from "./client";

export type CurveBand = Schemas["CurveBand"];
export type BudgetIntervals = Schemas["BudgetIntervals"];
export type ComparedRates = Schemas["ComparedRates"];

/** Milliseconds without a move of a slider. */
const STILL = 250;

/** Whether a question has stopped changing. A first one waits as well where it would hold up what a page needs. */
function useStill(question: unknown, waits = true): boolean {
  const key = JSON.stringify(question);
  const [still, setStill] = useState(waits ? null : key);
  useEffect(() => {
    const timer = setTimeout(() => setStill(key), STILL);
    return () => clearTimeout(timer);
  }, [key]);
  return still === key;
}

/** The band of the precision-recall curve; whatever the confidence. */
export function useCurveBand({ run, iou, classes }: Point, { task, slice }: Under): UseQueryResult<CurveBand | null> {
  const query = { iou, classes, task, slice, intervals: true };
  const still = useStill([run, query]);
  return useQuery({
    queryKey: ["curve-band", run, query],
    enabled: still,
    staleTime: Infinity,
    placeholderData: undefined,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/runs/{run}/curves", { params: { path: { run }, query }, signal })).band ?? null,
  });
}

/** The ends of what each kind of error may cost. */
export function useBudgetIntervals(run: string, iou: number, { task, slice }: Under): UseQueryResult<BudgetIntervals | null> {
  const query = { iou, task, slice, intervals: true };
  const still = useStill([run, query]);
  return useQuery({
    queryKey: ["budget-intervals", run, query],
    enabled: still,
    staleTime: Infinity,
    placeholderData: undefined,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/error-budget", { params: { path: { run }, query }, signal })).intervals ?? null,
  });
}

/** Precision, recall and F1 of the second run less those of the first, at their operating points. */
export function useComparedRates(first: string, second: string, iou: number, confidence: number | null, slice: string | undefined, enabled: boolean): UseQueryResult<ComparedRates> {
  const query = { first, second, iou, slice, ...(confidence === null ? {} : { confidence }) };
  const still = useStill(query, false);
  return useQuery({
    queryKey: ["compared-rates", query],
    enabled: enabled && still,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/compare/rates", { params: { query }, signal })),
  });
}

/** The typed client, and one hook for each question that a page asks. */
import { keepPreviousData, QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import { BASE } from "./base";
import type { Place, View } from "../state/url";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Overview = Schemas["Overview"];
export type Run = Schemas["Run"];
export type ProtocolChoice = Schemas["ProtocolChoice"];
export type Summary = Schemas["Summary"];
export type ErrorBudget = Schemas["BoundedBudget"];
export type FixFirst = Schemas["FixFirst"];
export type Fix = Schemas["Fix"];
export type RunIntervals = Schemas["RunIntervals"];
export type RateIntervals = Schemas["RateIntervals"];
export type Curves = Schemas["BandedCurves"];
export type Interval = Schemas["Interval"];
export type ClassIntervals = Schemas["ClassIntervals"];
export type Confusion = Schemas["Confusion"];
export type Calibration = Schemas["Calibration"];
export type CalibrationBin = Schemas["CalibrationBin"];
export type ClassCurves = Schemas["ClassCurves"];
export type Lrp = Schemas["Lrp"];
export type ErrorPage = Schemas["ErrorPage"];
export type ImagePage = Schemas["ImagePage"];
export type FoundObject = Schemas["Object"];
export type ImageRow = Schemas["ImageRow"];
export type ItemView = Schemas["ItemView"];
export type ItemObject = Schemas["ItemObject"];
export type Comparison = Schemas["ComparisonDocument"];
export type ComparedPair = Schemas["PairDocument"];
export type FlippedObject = Schemas["FlippedObject"];
export type FlippedPage = Schemas["FlippedPage"];
export type ListedMetric = Schemas["ListedMetric"];
export type MetricValues = Schemas["MetricValues"];
export type MetricSubject = Omit<Schemas["MetricRow"], "value">;
export type Findings = Schemas["Findings"];
export type FindingCode = Schemas["FindingCode"];
export type Outliers = Schemas["Outliers"];
export type ImportReport = Schemas["ImportReport"];

/** An error answer: what failed, a stable code, what to do. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fix: string,
    readonly requestId: string,
  ) {
    super(detail);
  }
}

export const client = createClient<paths>({ baseUrl: window.location.origin + BASE });
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      placeholderData: keepPreviousData,
      refetchOnWindowFocus: true,
      retry: (count, error) => !(error instanceof Problem) && count < 2,
    },
  },
});

export interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function unwrap<T>({ data, error, response }: Answer<T>): T {
  if (data !== undefined) return data;
  const p = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const detail = text(p.detail) || `The server answered ${response.status}.`;
  throw new Problem(response.status, text(p.code), detail, text(p.fix), text(p.request_id));
}

export function useOverview(enabled: boolean): UseQueryResult<Overview> {
  return useQuery({
    enabled,
    queryKey: ["project"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/project", { signal })),
  });
}

/** The second run against the first one; without a confidence each at its own best one. */
export function useComparison(first: string, second: string, iou: number, { slice }: Under, confidence: number | null = null): UseQueryResult<Comparison> {
  const query = { runs: [first, second], iou, slice, ...(confidence === null ? {} : { confidence }) };
  return useQuery({
    queryKey: ["compare", query],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/compare", { params: { query }, signal })),
  });
}

export interface FlipFilter {
  first: string;
  second: string;
  iou: number;
  slice?: string;
  state: string;
  confidence?: number;
  class_id?: number;
  size?: string;
  why?: string;
}

export async function fetchFlipped(filter: FlipFilter, offset: number, signal: AbortSignal): Promise<FlippedPage> {
  return unwrap(await client.GET("/api/v1/compare/objects", { params: { query: { ...filter, offset, limit: PAGE_SIZE } }, signal }));
}

/** What every import read, rejected and repaired, the newest first. */
export function useImports(): UseQueryResult<ImportReport[]> {
  return useQuery({
    queryKey: ["imports"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/imports", { signal })).imports,
  });
}

/** What decides the counts: run, thresholds and classes. */
export interface Point {
  run: string;
  iou: number;
  confidence: number | null;
  classes: string | undefined;
}

export function pointOf(view: View, run: string): Point {
  const classes = view.classes.length ? view.classes.join(",") : undefined;
  return { run, iou: view.iou, confidence: view.confidence, classes };
}

export function query({ iou, confidence, classes }: Point) {
  return { iou, classes, ...(confidence === null ? {} : { confidence }) };
}

export type Task = NonNullable<NonNullable<paths["/api/v1/runs/{run}/summary"]["get"]["parameters"]["query"]>["task"]>;

/** What a run is evaluated under; left out: its own task, the task's own protocol, all images. */
export interface Under {
  task?: Task;
  protocol?: string;
  slice?: string;
}

export function useSummary(point: Point | null, under: Under = {}): UseQueryResult<Summary> {
  return useQuery({
    queryKey: ["summary", point, under],
    enabled: point !== null,
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/summary", {
          params: { path: { run: point!.run }, query: { ...query(point!), ...under } },
          signal,
        }),
      ),
  });
}

export function useCurves(point: Point | null, { task, slice }: Under = {}): UseQueryResult<Curves> {
  const asked = point && { run: point.run, iou: point.iou, classes: point.classes, task, slice };
  return useQuery({
    queryKey: ["curves", asked],
    enabled: asked !== null,
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/curves", {
          params: { path: { run: asked!.run }, query: { iou: asked!.iou, classes: asked!.classes, task, slice } },
          signal,
        }),
      ),
  });
}

/** What each kind of error costs; the whole run, whatever the confidence. */
export function useErrorBudget(run: string, iou: number, { task, slice }: Under): UseQueryResult<ErrorBudget> {
  return useQuery({
    queryKey: ["error-budget", run, iou, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/error-budget", { params: { path: { run }, query: { iou, task, slice } }, signal })),
  });
}

/** What AP would be if one group of errors were fixed: the best of each sort. */
export function useFixFirst(point: Point, { task, slice }: Under): UseQueryResult<FixFirst> {
  return useQuery({
    queryKey: ["fix-first", point, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/fix-first", {
          params: {
            path: { run: point.run },
            query: { iou: point.iou, ...(point.confidence === null ? {} : { confidence: point.confidence }), order: "effort", each: 1, limit: 9, task, slice },
          },
          signal,
        }),
      ),
  });
}

/** 95 % intervals; they follow the scores, so nothing waits for them. */
export function useIntervals(run: string, { task, slice }: Under, enabled: boolean): UseQueryResult<RunIntervals> {
  return useQuery({
    queryKey: ["intervals", run, task, slice],
    enabled,
    staleTime: Infinity,
    placeholderData: undefined,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/intervals", { params: { path: { run }, query: { task, slice } }, signal })),
  });
}

/** Bounds of precision, recall and F1 at the point. */
export function useRateIntervals(point: Point, { task, slice }: Under, enabled: boolean): UseQueryResult<RateIntervals> {
  return useQuery({
    queryKey: ["rate-intervals", point, task, slice],
    enabled,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/rate-intervals", { params: { path: { run: point.run }, query: { ...query(point), task, slice } }, signal })),
  });
}

/** Who is taken for whom at the point. */
export function useConfusion(point: Point, { task, slice }: Under): UseQueryResult<Confusion> {
  return useQuery({
    queryKey: ["confusion", point, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/runs/{run}/confusion", {
          params: { path: { run: point.run }, query: { ...query(point), task, slice } },
          signal,
        }),
      ),
  });
}

/** Whether a confidence can be read as a probability. */
export function useCalibration(run: string, iou: number, { task, slice }: Under): UseQueryResult<Calibration> {
  return useQuery({
    queryKey: ["calibration", run, iou, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/calibration", { params: { path: { run }, query: { iou, task, slice } }, signal })),
  });
}

/** F1 of every class against confidence, with the optima. */
export function useClassCurves(run: string, iou: number, { task, slice }: Under): UseQueryResult<ClassCurves> {
  return useQuery({
    queryKey: ["class-curves", run, iou, task, slice],
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/class-curves", { params: { path: { run }, query: { iou, task, slice } }, signal })),
  });
}

/** oLRP of every class, each at its own best confidence. */
export function useLrp(run: string, iou: number, { task, slice }: Under, enabled: boolean): UseQueryResult<Lrp> {
  return useQuery({
    queryKey: ["lrp", run, iou, task, slice],
    enabled: enabled && iou < 1,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/runs/{run}/lrp", { params: { path: { run }, query: { iou, task, slice } }, signal })),
  });
}

export interface ErrorFilter {
  outcome: string;
  kind: string | null;
  labelled: Place | null;
  predicted: Place | null;
  below: number | null;
  among: string | null;
  /** Only objects that have it. */
  tag: string | null;
  sort: string;
}

/** No filter at all, in the order of the images. */
export const EVERYTHING: ErrorFilter = { outcome: "all", kind: null, labelled: null, predicted: null, below: null, among: null, tag: null, sort: "title" };

export const PAGE_SIZE = 60;

export async function fetchErrors(
  point: Point,
  { task, slice }: Under,
  filter: ErrorFilter,
  offset: number,
  signal: AbortSignal,
): Promise<ErrorPage> {
  const { kind, labelled, predicted, below, among, tag, sort } = filter;
  const outcome = filter.outcome === "all" ? undefined : filter.outcome;
  return unwrap(
    await client.GET("/api/v1/runs/{run}/errors", {
      params: {
        path: { run: point.run },
        query: { ...query(point), ...defined({ kind, labelled, predicted, below, among, tag }), outcome, sort, offset, limit: PAGE_SIZE, task, slice },
      },
      signal,
    }),
  );
}

/** The given values; what is null is not asked for. */
export function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as { [K in keyof T]?: NonNullable<T[K]> };
}

export async function fetchImages(
  point: Point,
  { task, slice }: Under,
  filter: ErrorFilter,
  offset: number,
  signal: AbortSignal,
): Promise<ImagePage> {
  const { kind, labelled, predicted, below, tag, among } = filter;
  const outcome = filter.outcome === "all" ? undefined : filter.outcome;
  const sort = filter.sort === "title" ? "title" : "worst";
  return unwrap(
    await client.GET("/api/v1/runs/{run}/images", {
      params: {
        path: { run: point.run },
        query: { ...query(point), ...defined({ kind, labelled, predicted, below, tag, among }), outcome, sort, offset, limit: PAGE_SIZE, task, slice },
      },
      signal,
    }),
  );
}

export interface ItemId {
  data_hash: string;
  frame: number;
}

function picture(id: ItemId, what: string, query: Record<string, number> = {}): string {
  const q = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]));
  const tail = q.size ? `?${q.toString()}` : "";
  return `${BASE}/api/v1/items/${encodeURIComponent(id.data_hash)}/${id.frame}/${what}${tail}`;
}
export const imageUrl = (id: ItemId): string => picture(id, "image");
export const thumbnailUrl = (id: ItemId, size: number): string => picture(id, "thumbnail", { size });
export function cropUrl(id: ItemId, [x, y, width, height]: Box, size: number): string {
  return picture(id, "crop", { x, y, width, height, size });
}
export type Box = [number, number, number, number];

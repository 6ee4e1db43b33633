/** Label issues: the queue, what the fixes change, and decisions. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Narrowed } from "../state/honour";
import { BASE } from "./base";
import { client, queries, unwrap } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type LabelIssues = Schemas["LabelIssues"];
export type LabelIssue = Schemas["LabelIssue"];
export type IssueKind = LabelIssue["kind"];
export type CorrectedRuns = Schemas["CorrectedRuns"];
export type Choice = Schemas["Ask"]["choice"];

const PAGE = 200;

export async function fetchLabelIssues(kind: IssueKind | null, left: Narrowed, offset: number, signal: AbortSignal): Promise<LabelIssues> {
  const query = { ...left, offset, limit: PAGE, ...(kind === null ? {} : { kind: [kind] }) };
  return unwrap(await client.GET("/api/v1/labels", { params: { query }, signal }));
}

/** Scores of every run now, with the accepted fixes, and at their upper end. */
export function useCorrectedScores(enabled: boolean): UseQueryResult<CorrectedRuns> {
  return useQuery({
    queryKey: ["label-scores"],
    enabled,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/labels/scores", { signal })),
  });
}

let before: Promise<unknown> = Promise.resolve();

/** Decisions reach the server in the order in which they were made, however fast. */
function inTurn<T>(send: () => Promise<T>): Promise<T> {
  const mine = before.then(send);
  before = mine.catch(() => undefined);
  return mine;
}

export function decide(key: string, choice: Choice): Promise<unknown> {
  return inTurn(async () => unwrap(await client.POST("/api/v1/labels/decisions", { body: { key, choice, note: "" } })));
}

/** Takes back the last decision; answers with the issue it was about. */
export function undo(): Promise<string> {
  return inTurn(async () => unwrap(await client.POST("/api/v1/labels/undo", { body: {} })).key);
}

/** Everything that decisions change is asked for anew. */
export async function refresh(): Promise<void> {
  await Promise.all(["label-issues", "label-scores", "fix-first"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

export const exportUrl = (what: "patch" | "corrected", format: "coco" | "cvat"): string => `${BASE}/api/v1/labels/export?what=${what}&format=${format}`;

/** Labelled images of a run of classifications. */
import type { View } from "../state/url";
import { client, defined, PAGE_SIZE, unwrap } from "./client";
import type { components } from "./schema";

export type AnswerPage = components["schemas"]["AnswerPage"];
export type Answer = components["schemas"]["Answer"];

/** Of the filter of the Errors page, what can be asked of answers. */
export type AnswerFilter = Pick<View, "outcome" | "labelled" | "predicted" | "classes" | "slice">;

/** An image with a false answer, or without the right one, is wrong. */
export function asked({ outcome, labelled, predicted, classes, slice }: AnswerFilter) {
  const right = outcome === "tp";
  return {
    ...defined({ predicted, slice, labelled: labelled === "none" ? null : labelled }),
    ...(outcome === "all" ? {} : { outcome: right ? ("right" as const) : ("wrong" as const) }),
    ...(classes.length ? { classes: classes.join(",") } : {}),
    // A sure mistake, and a right answer that might as well have been another.
    sort: right ? ("doubtful" as const) : ("surest" as const),
  };
}

export async function fetchAnswers(run: string, filter: AnswerFilter, offset: number, signal: AbortSignal): Promise<AnswerPage> {
  return unwrap(await client.GET("/api/v1/runs/{run}/answers", { params: { path: { run }, query: { ...asked(filter), offset, limit: PAGE_SIZE } }, signal }));
}

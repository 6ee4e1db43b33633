/** What the page of reports and gates asks. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { BASE } from "./base";
import { client, defined, unwrap, type Schemas } from "./client";

export type Gate = Schemas["Outcome"];
export type Check = Schemas["Check"];
export type Verdicts = Schemas["Verdicts"];
export type RunVerdict = Schemas["RunVerdict"];

/** Whether the run may pass by the project's rules, on a slice. */
export function useGate(run: string, slice: string | null): UseQueryResult<Gate> {
  return useQuery({
    queryKey: ["gate", run, slice],
    staleTime: 60_000,
    placeholderData: undefined,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/runs/{run}/gate", { params: { path: { run }, query: defined({ slice }) }, signal })),
  });
}

/** How every run fares by the kept rules, in one answer. */
export function useGateVerdicts(enabled: boolean, slice: string | null): UseQueryResult<Verdicts> {
  return useQuery({
    queryKey: ["gate", { of: "all" }, slice],
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/gate-verdicts", { params: { query: defined({ slice }) }, signal })),
  });
}

export function useGateRules(): UseQueryResult<Schemas["Rules"]> {
  return useQuery({
    queryKey: ["gate-rules"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/gate-rules", { signal })),
  });
}

export async function keepGateRules(text: string): Promise<Schemas["Rules"]> {
  return unwrap(await client.POST("/api/v1/gate-rules", { body: { text } }));
}

/** What other tools print for the same boxes. */
export function useOtherTools(run: string, enabled: boolean): UseQueryResult<Schemas["OtherTools"]> {
  return useQuery({
    queryKey: ["other-tools", run],
    enabled,
    staleTime: Infinity,
    placeholderData: undefined,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/runs/{run}/other-tools", { params: { path: { run } }, signal })),
  });
}

/** The file to hand on: of one run, or of several, each against the first. */
export function reportUrl(runs: string[], form: "html" | "md" | "json", slice: string | null): string {
  const q = new URLSearchParams([...runs.map((run) => ["runs", run]), ["form", form], ...(slice === null ? [] : [["slice", slice]])]);
  return `${BASE}/api/v1/report?${q.toString()}`;
}

/** What the import report asks: one import in full, and the records that it rejected or repaired. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { BASE } from "./base";
import { client, defined, PAGE_SIZE, unwrap, type Schemas } from "./client";

export type WholeReport = Schemas["WholeReport"];
export type Decided = Schemas["Decided"];
export type Weighed = Schemas["Weighed"];
export type ClassOfSource = Schemas["ClassOfSource"];
export type ImportCheck = Schemas["ImportCheck"];
export type ImportRecords = Schemas["ImportRecords"];
export type RecordFilter = { outcome: "rejected" | "repaired" | null; code: string | null };

/** Readings, classes, checks and confidences of one import. */
export function useImport(number: number | null): UseQueryResult<WholeReport> {
  return useQuery({
    queryKey: ["import", number],
    enabled: number !== null,
    staleTime: 60_000,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/imports/{number}", { params: { path: { number: number! } }, signal })),
  });
}

/** One page of the records of a filter. */
export function useImportRecords(number: number, filter: RecordFilter, offset: number): UseQueryResult<ImportRecords> {
  return useQuery({
    queryKey: ["import", number, "records", filter, offset],
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      unwrap(
        await client.GET("/api/v1/imports/{number}/records", {
          params: { path: { number }, query: { ...defined(filter), offset, limit: PAGE_SIZE } },
          signal,
        }),
      ),
  });
}

/** The file to keep beside the predictions. */
export const mappingUrl = (number: number): string => `${BASE}/api/v1/imports/${number}/mapping`;

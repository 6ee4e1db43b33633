/** What a page asks about embeddings: maps, likeness, duplicates. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, defined, unwrap, type Point, type Under } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type EmbeddingState = Schemas["EmbeddingState"];
export type DataMap = Schemas["DataMap"];
export type LikePlace = Schemas["LikePlace"];
export type Duplicates = Schemas["Duplicates"];
export type DuplicatePair = Schemas["DuplicatePair"];
export type Leakage = Schemas["Leakage"];
export type Neighbours = Schemas["Neighbours"];
export type TextFound = Schemas["TextFound"];

/** What is embedded, by which model. */
export function useEmbeddings(): UseQueryResult<EmbeddingState> {
  return useQuery({
    queryKey: ["embeddings"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/embeddings", { signal })),
  });
}

/** Images or objects in two dimensions; without a point: without outcomes. */
export function useDataMap(of: "images" | "objects", point: Point | null, { task, slice }: Under): UseQueryResult<DataMap> {
  const outcomes = point && { run: point.run, iou: point.iou, ...defined({ confidence: point.confidence }) };
  return useQuery({
    queryKey: ["map", of, outcomes, task, slice],
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      unwrap(await client.GET("/api/v1/map", { params: { query: { of, ...(outcomes ? { ...outcomes, task } : {}), slice } }, signal })),
  });
}

/** Image, box and class of some rows; nothing is asked for none. */
export function usePlaces(of: "images" | "objects", rows: number[]): UseQueryResult<LikePlace[]> {
  return useQuery({
    queryKey: ["places", of, rows],
    staleTime: Infinity,
    enabled: rows.length > 0,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/places", { params: { query: { of, rows } }, signal })).places,
  });
}

/** What looks most like an image or an annotation. */
export function useSimilar(query: { item?: string; annotation?: number }): UseQueryResult<Neighbours> {
  return useQuery({
    queryKey: ["similar", query],
    staleTime: 60_000,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/similar", { params: { query }, signal })),
  });
}

/** What a text describes; nothing is asked for none. */
export function useTextSearch(text: string | null, of: "images" | "objects", slice: string | null): UseQueryResult<TextFound> {
  return useQuery({
    queryKey: ["search", text, of, slice],
    staleTime: 60_000,
    enabled: text !== null,
    retry: false,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/search", { params: { query: { text: text!, of, ...defined({ slice }) } }, signal })),
  });
}

export function useDuplicates(): UseQueryResult<Duplicates> {
  return useQuery({
    queryKey: ["duplicates"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/duplicates", { signal })),
  });
}

/** A run's scores where splits leak, and where they do not. */
export function useLeakage(run: string | undefined): UseQueryResult<Leakage> {
  return useQuery({
    queryKey: ["leakage", run],
    staleTime: 60_000,
    enabled: run !== undefined,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/runs/{run}/leakage", { params: { path: { run: run! } }, signal })),
  });
}

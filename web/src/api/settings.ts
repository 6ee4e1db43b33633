/** Settings of the project, what its folder holds, and what the server is. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, unwrap, type Schemas } from "./client";

export type Setting = Schemas["Setting"];
export type Storage = Schemas["Storage"];
export type System = Schemas["System"];
export const KEYS = ["settings"];

export function useSettings(): UseQueryResult<Setting[]> {
  return useQuery({
    queryKey: KEYS,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/settings", { signal })).settings,
  });
}

/** Sets some; null brings a default back. */
export async function changeSettings(changes: Record<string, number | string | null>): Promise<Setting[]> {
  return unwrap(await client.POST("/api/v1/settings", { body: { changes } })).settings;
}

export function useStorage(): UseQueryResult<Storage> {
  return useQuery({ queryKey: ["storage"], queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/storage", { signal })) });
}

export function useSystem(): UseQueryResult<System> {
  return useQuery({ queryKey: ["system"], staleTime: Infinity, queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/system", { signal })) });
}

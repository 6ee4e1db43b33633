/** Tags, notes and saved slices, and what leaves the project with a selection. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { client, unwrap, type Answer } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Labels = Schemas["Labels"];
export type Selection = Schemas["Selected"];

/** Every tag with its counts, every note, every saved slice. */
export function useTags(): UseQueryResult<Labels> {
  return useQuery({
    queryKey: ["tags"],
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/tags", { signal })),
  });
}

export async function changeTag(tag: string, selection: Selection, off: boolean): Promise<{ changed: number }> {
  return unwrap(await client.POST(off ? "/api/v1/tags/remove" : "/api/v1/tags/add", { body: { tag, selection } }));
}

export async function writeNote(text: string, selection: Selection): Promise<{ changed: number }> {
  return unwrap(await client.POST("/api/v1/notes", { body: { text, selection } }));
}

export async function undoLast(): Promise<{ undone: string | null }> {
  return unwrap(await client.POST("/api/v1/undo"));
}

export async function saveSlice(name: string, where: string): Promise<unknown> {
  return unwrap(await client.POST("/api/v1/slices", { body: { name, where } }));
}

export async function forgetSlice(name: string): Promise<unknown> {
  return unwrap(await client.DELETE("/api/v1/slices/{name}", { params: { path: { name } } }));
}

export async function makeSubset(name: string, selection: Selection): Promise<Schemas["SubsetMade"]> {
  return unwrap(await client.POST("/api/v1/subsets", { body: { name, selection, symlinks: false } }));
}

/** Saves a zip file of a selection; answers its name. */
export async function exportZip(what: string, format: string, selection: Selection): Promise<string> {
  const answer = await client.POST("/api/v1/exports", { body: { what, format, selection }, parseAs: "blob" });
  const file = unwrap(answer as Answer<Blob>);
  const name = /filename="([^"]+)"/.exec(answer.response.headers.get("content-disposition") ?? "")?.[1] ?? "export.zip";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
}

/** Projects side by side, files to import, jobs, and news of what changes elsewhere. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { BASE } from "./base";
import { client, queries, unwrap, type Schemas } from "./client";

export type ProjectCard = Schemas["ProjectCard"];
export type Job = Schemas["JobState"];
export type Asked = Schemas["Asked"];
export type Entry = Schemas["Entry"];
const AT_ONCE = 4;

export function useProjects(): UseQueryResult<Schemas["Projects"]> {
  return useQuery({ queryKey: ["projects"], queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/projects", { signal })) });
}

export function useFolder(path: string): UseQueryResult<Schemas["Folder"]> {
  return useQuery({
    queryKey: ["folder", path],
    placeholderData: undefined,
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/folders", { params: { query: { path } }, signal })),
  });
}

/** A job; asked for until it has ended. */
export function useJob(id: string | null): UseQueryResult<Job> {
  return useQuery<Job>({
    queryKey: ["jobs", id],
    enabled: id !== null,
    placeholderData: undefined,
    refetchInterval: (query) => (query.state.data && query.state.data.state !== "running" ? false : 500),
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/jobs/{job}", { params: { path: { job: id! } }, signal })),
  });
}

/** What the server works on or worked on, the newest first; the news say when it goes on. */
export function useJobs(): UseQueryResult<Schemas["JobList"]> {
  return useQuery<Schemas["JobList"]>({
    queryKey: ["jobs"],
    refetchInterval: (query) => (query.state.data?.jobs.some((job) => job.state === "running") ? 500 : false),
    queryFn: async ({ signal }) => unwrap(await client.GET("/api/v1/jobs", { signal })),
  });
}

/** The newest job of a kind for the project that is shown. */
export function useJobOf(kind: Job["kind"]): Job | undefined {
  const here = useProjects().data?.here ?? null;
  return useJobs().data?.jobs.find((job) => job.kind === kind && (here === null || job.project === here));
}

export async function startJob(asked: Pick<Asked, "kind"> & Partial<Asked>): Promise<Job> {
  const body = { format: "auto", strict: false, replace: false, ...asked };
  return unwrap(await client.POST("/api/v1/jobs", { body }));
}

export async function cancelJob(job: string): Promise<void> {
  unwrap(await client.POST("/api/v1/jobs/{job}/cancel", { params: { path: { job } } }));
}

/** Sends files, four at a time, and says how many have arrived; gives the upload's id. */
export async function upload(files: File[], arrived: (count: number) => void): Promise<string> {
  const { upload: id } = unwrap(await client.POST("/api/v1/uploads"));
  const left = files.map((file, k) => ({ file, k }));
  let count = 0;
  async function send(): Promise<void> {
    for (let next = left.shift(); next; next = left.shift()) {
      const { file } = next;
      const query = { name: file.webkitRelativePath || file.name };
      const params = { path: { upload: id }, query };
      unwrap(await client.PUT("/api/v1/uploads/{upload}/files", { params, body: file as never, bodySerializer: (body: unknown) => body as File, headers: { "content-type": "application/octet-stream" } }));
      arrived(++count);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  return id;
}

/** Every run that this page has ever seen. */
const seen = new Set<string>();

function runNames(): string[] {
  return queries.getQueryData<Schemas["Overview"]>(["project"])?.runs.map((run) => run.name) ?? [];
}

/** The list of runs first; nothing is asked of a run that is gone, also where it is still drawn. */
async function refresh(): Promise<void> {
  for (const name of runNames()) seen.add(name);
  await queries.invalidateQueries({ queryKey: ["project"] });
  const now = new Set(runNames());
  const gone = [...seen].filter((name) => !now.has(name)).map((name) => JSON.stringify(name));
  const asksOf = (key: readonly unknown[]) => gone.some((name) => JSON.stringify(key).includes(name));
  await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "project" && !asksOf(queryKey) });
}

/** Fetches anew what another process changed; a page that nobody looks at does not listen. */
export function useNews(): void {
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    let stream: EventSource | null = null;
    let known: string | null = null;
    function follow(): void {
      stream?.close();
      stream = null;
      if (document.hidden) return;
      stream = new EventSource(`${BASE}/api/v1/events`);
      stream.addEventListener("jobs", () => void queries.invalidateQueries({ queryKey: ["jobs"] }));
      stream.addEventListener("project", (event: MessageEvent<string>) => {
        if (known !== null && known !== event.data) void refresh();
        known = event.data;
      });
    }
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stream?.close();
    };
  }, []);
}

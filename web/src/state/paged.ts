/** A long list of which only the pages that are looked at are loaded. */
import { useQueries, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { PAGE_SIZE } from "../api/client";

export interface Page<Row> {
  total: number;
  rows: Row[];
}

export interface Paged<Row, P extends Page<Row>> {
  total: number;
  /** The first page, which has the counts beside the filter. */
  head: P | undefined;
  error: unknown;
  stale: boolean;
  retry: () => void;
  /** Undefined while it is not loaded. */
  row: (index: number) => Row | undefined;
  /** Rows of the pages that are loaded now. */
  loaded: Row[];
  /** The place of the first loaded row that fits; -1: none does. */
  find: (fits: (row: Row) => boolean) => number;
  /** All rows of a part, loaded where they are not. */
  part: (from: number, to: number) => Promise<Row[]>;
  /** Rows that are looked at. */
  see: (first: number, last: number) => void;
}

interface Asked<Row, P extends Page<Row>> {
  key: unknown[];
  enabled?: boolean;
  /** A row whose page is kept loaded. */
  keep: number;
  fetch: (offset: number, signal: AbortSignal) => Promise<P>;
}

const pageOf = (index: number) => Math.max(0, Math.floor(index / PAGE_SIZE));

export function usePaged<Row, P extends Page<Row>>({ key, enabled = true, keep, fetch }: Asked<Row, P>): Paged<Row, P> {
  const cache = useQueryClient();
  const [looked, setLooked] = useState<[number, number]>([0, 0]);
  const pages = [...new Set([pageOf(keep), ...between(looked[0], looked[1])])].filter((page) => page > 0).sort((a, b) => a - b);
  const one = (page: number) => ({
    queryKey: [...key, "page", page],
    enabled,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetch(page * PAGE_SIZE, signal),
  });
  // While another list comes the first page shows what was there; other pages of another list would be lies.
  const first = useQuery(one(0));
  const more = useQueries({ queries: pages.map(one) }) as UseQueryResult<P>[];
  const stale = first.isPlaceholderData;
  const data = new Map<number, P | undefined>([[0, first.data], ...pages.map((page, k): [number, P | undefined] => [page, more[k]?.isPlaceholderData ? undefined : more[k]?.data])]);
  const found = [first, ...more];
  const total = first.data?.total ?? 0;
  return {
    total,
    head: first.data,
    error: found.find((page) => page.error)?.error ?? null,
    stale,
    retry: () => found.forEach((page) => page.error && void page.refetch()),
    row: (index) => data.get(pageOf(index))?.rows[index % PAGE_SIZE],
    loaded: [...data.values()].flatMap((page) => page?.rows ?? []),
    find: (fits) => {
      for (const page of [0, ...pages]) {
        const at = data.get(page)?.rows.findIndex(fits) ?? -1;
        if (at >= 0) return page * PAGE_SIZE + at;
      }
      return -1;
    },
    part: async (from, to) => {
      const wanted = between(pageOf(from), pageOf(to));
      const parts = await Promise.all(wanted.map((page) => cache.ensureQueryData(one(page))));
      return parts.flatMap((part) => part.rows).slice(from - pageOf(from) * PAGE_SIZE, to + 1 - pageOf(from) * PAGE_SIZE);
    },
    see: (from, to) => {
      const next: [number, number] = [pageOf(from), pageOf(Math.min(to, Math.max(0, total - 1)))];
      if (next[0] !== looked[0] || next[1] !== looked[1]) setLooked(next);
    },
  };
}

function between(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k);
}

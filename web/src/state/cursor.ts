/** The current row of a long list: known by its id in the address, and by its place. */
import { useEffect, useState } from "react";
import type { Page, Paged } from "./paged";
import { setView, useView } from "./view";

interface Place {
  /** The list that it is a place in. */
  asked: string;
  id: string | null;
  index: number;
  /** The row there is still to be loaded; then it becomes the selected one. */
  coming: boolean;
}

export interface Seat {
  /** The row whose page must stay loaded. */
  keep: number;
  here: Place | null;
  sit: (id: string | null, index: number, coming: boolean) => void;
}

/** Where the current row is, as long as the list and the selection are the same. */
export function useSeat(asked: string): Seat {
  const { selected, nth } = useView();
  const [place, setPlace] = useState<Place>({ asked: "", id: null, index: 0, coming: false });
  const here = place.asked === asked && (place.coming || place.id === selected) ? place : null;
  return { keep: here?.index ?? (selected === null ? 0 : Math.floor(nth ?? 0)), here, sit: (id, index, coming) => setPlace({ asked, id, index, coming }) };
}

export interface Cursor<Row> {
  at: number;
  row: Row | undefined;
  go: (to: number) => void;
}

export function useCursor<Row>(seat: Seat, list: Paged<Row, Page<Row>>, idOf: (row: Row) => string): Cursor<Row> {
  const { selected } = useView();
  const { here, sit } = seat;
  const found = here ? here.index : list.find((row) => idOf(row) === selected);
  const at = Math.max(0, Math.min(found, list.total - 1));
  const row = list.row(at);
  const id = row === undefined ? null : idOf(row);
  // Where it was found is kept, so that it is still known when its page is no longer loaded.
  if (!here && found >= 0 && selected !== null) sit(selected, found, false);
  if (here?.coming && id !== null && id === selected) sit(id, here.index, false);
  useEffect(() => {
    if (here?.coming && id !== null && id !== selected) setView({ selected: id, nth: here.index });
  });
  const go = (to: number) => {
    const index = Math.min(list.total - 1, Math.max(0, to));
    const next = list.row(index);
    sit(next === undefined ? selected : idOf(next), index, next === undefined);
    if (next !== undefined) setView({ selected: idOf(next), nth: index });
  };
  return { at, row, go };
}

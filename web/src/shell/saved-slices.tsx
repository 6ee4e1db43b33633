/** Slices under a name, each with its images: choose one, save the current one, forget one. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { forgetSlice, saveSlice, useTags } from "../api/tags";
import { whole } from "../format";
import { valueOf, withPart } from "../state/slice";
import { setView, useView } from "../state/view";

export function SavedSlices({ counts }: { counts: Map<string, number | null> }): ReactElement | null {
  const { slice } = useView();
  const cache = useQueryClient();
  const saved = useTags().data?.slices ?? [];
  const [name, setName] = useState("");
  const act = useMutation({
    mutationFn: async (what: () => Promise<unknown>) => what(),
    onSuccess: async () => {
      setName("");
      await cache.invalidateQueries();
    },
  });
  const chosen = valueOf(slice, "slice") ?? undefined;
  // What is chosen beside it stays: the saved one is a condition like any other.
  const choose = (name: string) => setView({ slice: withPart(slice, "slice", name), selected: null });
  const savable = slice !== null && chosen === undefined;
  if (!saved.length && !savable) return null;
  return (
    <fieldset className="filter-part">
      <legend>Saved slices</legend>
      {saved.map((one) => (
        <div key={one.name} className="row saved">
          <label title={one.where}>
            <input type="checkbox" checked={chosen === one.name} onChange={() => choose(one.name)} />
            <bdi>{one.name}</bdi>
            <span>{counts.has(one.name) ? whole(counts.get(one.name)) : ""}</span>
          </label>
          <button
            className="btn small"
            aria-label={`Forget slice ${one.name}`}
            onClick={() => {
              if (chosen === one.name) choose(one.name);
              act.mutate(() => forgetSlice(one.name));
            }}
          >
            ×
          </button>
        </div>
      ))}
      {savable && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) act.mutate(() => saveSlice(name.trim(), slice));
          }}
        >
          <input type="text" maxLength={100} placeholder="Name for this slice" aria-label="Name of the slice" value={name} onChange={(e) => setName(e.target.value)} />
          <button className="btn small">Save</button>
        </form>
      )}
      {act.error && <p className="muted" role="alert">{act.error.message}</p>}
    </fieldset>
  );
}

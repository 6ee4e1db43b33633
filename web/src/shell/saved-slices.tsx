/** Slices under a name: choose one, save the current one, forget one. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { forgetSlice, saveSlice, useTags } from "../api/tags";
import { parseSlice } from "../state/slice";
import { setView, useView } from "../state/view";

export function SavedSlices(): ReactElement {
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
  const chosen = parseSlice(slice).find(({ key, not }) => key === "slice" && !not)?.value;
  const savable = slice !== null && chosen === undefined;
  return (
    <>
      {(saved.length > 0 || savable) && <h3>Saved slices</h3>}
      {saved.map((one) => (
        <div key={one.name} className="row saved">
          <label title={one.where}>
            <input type="checkbox" checked={chosen === one.name} onChange={() => setView({ slice: chosen === one.name ? null : `slice=${one.name}`, selected: null })} />
            <bdi>{one.name}</bdi>
          </label>
          <button
            className="btn small"
            aria-label={`Forget slice ${one.name}`}
            onClick={() => {
              if (chosen === one.name) setView({ slice: null, selected: null });
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
    </>
  );
}

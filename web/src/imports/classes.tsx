/** Each class of a file beside the project's class that it became, and how that was found. */
import { useState, type ReactElement } from "react";
import type { Overview } from "../api/client";
import type { ClassOfSource } from "../api/imports";
import { DASH, plural, whole } from "../format";
import { Card } from "../parts/card";
import { objectsOf } from "../state/url";
import { setView } from "../state/view";

const STEP = 60;

interface Props {
  rows: ClassOfSource[];
  classes: Overview["classes"];
  /** The run to open; null: it is gone. */
  run: string | null;
}

export function ClassesCard({ rows, classes, run }: Props): ReactElement {
  const [search, setSearch] = useState("");
  const [most, setMost] = useState(STEP);
  const wanted = search.trim().toLowerCase();
  const lost = rows.filter((row) => row.class_name === null && !row.left_out);
  const found = [...lost, ...rows.filter((row) => !lost.includes(row))].filter((row) => `${row.source} ${row.class_name ?? ""}`.toLowerCase().includes(wanted));
  const ids = new Map(classes.map((c) => [c.name, c.class_id]));
  const open = (id: number) => run !== null && setView({ ...objectsOf({ outcome: "all" }), run, classes: [id] });
  const left = rows.filter((row) => row.left_out).length;
  return (
    <Card
      title="Classes"
      hint={`${plural(rows.length, "class", "classes")} in the file, ${lost.length ? `${whole(lost.length)} of them not found here` : "each found here"}${left ? `, ${whole(left)} left out by the mapping file` : ""}`}
      aside={<input type="search" className="small-search" placeholder="Find a class" aria-label="Find a class" value={search} onChange={(e) => setSearch(e.target.value)} />}
    >
      <div className="scroll records">
        <table className="table">
          <thead>
            <tr>
              <th>In the file</th>
              <th>Class here</th>
              <th>Found by</th>
              <th className="num">Records</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, most).map((row) => {
              const id = row.class_name === null ? undefined : ids.get(row.class_name);
              return (
                <tr key={row.source}>
                  <td className="wraps"><bdi>{row.source}</bdi></td>
                  <td className="wraps">
                    {row.class_name === null ? (
                      <span className={row.left_out ? "pill note" : "pill look"}>{row.left_out ? "left out" : "not found"}</span>
                    ) : id === undefined || run === null ? (
                      <bdi>{row.class_name}</bdi>
                    ) : (
                      <button className="plain" onClick={() => open(id)}><bdi>{row.class_name}</bdi></button>
                    )}
                  </td>
                  <td>{row.how ?? DASH}</td>
                  <td className="num">{whole(row.records)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {found.length === 0 && <p className="muted">No class has this in its name.</p>}
      </div>
      {found.length > most && (
        <button className="btn small below" onClick={() => setMost(most + STEP)}>
          Show more of {whole(found.length)}
        </button>
      )}
    </Card>
  );
}

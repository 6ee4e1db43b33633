/** A section of the filter: names to tick, each with what choosing it would leave. */
import { useState, type ReactElement, type ReactNode } from "react";
import { whole } from "../format";

const MOST = 200;
/** From so many names on there is a field to search in. */
const MANY = 9;

export interface Choice {
  id: string;
  name: ReactNode;
  /** What is searched in; left out: the id. */
  words?: string;
  count: number | null;
  on: boolean;
}

interface ChoicesProps {
  title: string;
  choices: Choice[];
  /** The name of the search field. */
  search?: string;
  choose: (id: string) => void;
  children?: ReactNode;
}

/** What is chosen comes first in no case: rows stay where they are while counts change. */
export function Choices({ title, choices, search, choose, children }: ChoicesProps): ReactElement | null {
  const [words, setWords] = useState("");
  if (!choices.length && !children) return null;
  const wanted = words.trim().toLowerCase();
  const some = wanted ? choices.filter((c) => (c.words ?? c.id).toLowerCase().includes(wanted)) : choices;
  return (
    <fieldset className="filter-part">
      <legend>{title}</legend>
      {search && choices.length >= MANY && <input type="search" placeholder={search} aria-label={search} value={words} onChange={(e) => setWords(e.target.value)} />}
      <div className="filter-choices">
        {some.slice(0, MOST).map((c) => (
          <label key={c.id} className={c.count === 0 && !c.on ? "dim" : ""}>
            <input type="checkbox" checked={c.on} onChange={() => choose(c.id)} />
            {typeof c.name === "string" ? <bdi>{c.name}</bdi> : c.name}
            <span>{whole(c.count)}</span>
          </label>
        ))}
        {some.length > MOST && <p className="muted">{MOST} of {whole(some.length)} are listed.</p>}
        {choices.length > 0 && some.length === 0 && <p className="muted">Nothing has this in its name.</p>}
      </div>
      {children}
    </fieldset>
  );
}

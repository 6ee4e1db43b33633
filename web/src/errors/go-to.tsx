/** Which of all tiles is the current one, and a field to go to another: key G, a number, Enter; G again: the first. */
import { useRef, useState, type ReactElement } from "react";
import { whole } from "../format";
import { useKeys } from "../state/keys";
import { picks } from "../state/picked";

interface Props {
  at: number;
  total: number;
  go: (to: number) => void;
  toFirst: () => void;
}

export function GoTo({ at, total, go, toFirst }: Props): ReactElement | null {
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState<string | null>(null);
  // With something picked the key tags it.
  useKeys(picks() ? {} : { g: () => field.current?.select() });
  if (total < 2) return null;
  const wanted = Number(words);
  const good = words !== null && Number.isInteger(wanted) && wanted >= 1;
  return (
    <form
      className="go-to"
      onSubmit={(event) => {
        event.preventDefault();
        if (good) go(wanted - 1);
        field.current?.blur();
      }}
    >
      <input
        ref={field}
        type="text"
        inputMode="numeric"
        aria-label={`Go to number, 1 to ${total}`}
        title="G: go to a number. Home and End: the first and the last."
        value={words ?? String(at + 1)}
        onFocus={(event) => {
          setWords(String(at + 1));
          event.currentTarget.select();
        }}
        onChange={(event) => setWords(event.target.value)}
        onBlur={() => setWords(null)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key.toLowerCase() !== "g") return;
          event.preventDefault();
          event.currentTarget.blur();
          toFirst();
        }}
      />
      <span className="muted">of {whole(total)}</span>
    </form>
  );
}

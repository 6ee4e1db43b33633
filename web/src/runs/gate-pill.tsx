/** Whether a run passes the project's gate, in a word that leads to the rules. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { RunVerdict, Verdicts } from "../api/gate";
import { whole } from "../format";
import { setView } from "../state/view";

interface Props {
  run: string;
  gate: UseQueryResult<Verdicts>;
  /** Large projects ask the gate when somebody wants to know. */
  asked: boolean;
  ask: () => void;
  /** The answer takes a while. */
  patient: boolean;
}

export function GatePill({ run, gate, asked, ask, patient }: Props): ReactElement | null {
  const found = gate.data?.runs.find((one) => one.run === run);
  if (asked && !gate.error && !found) return patient ? <span className="muted" role="status">asking…</span> : null; // it comes
  const [state, word, title] = words(found, gate, asked);
  return (
    <button
      className={`pill gate-pill ${state}`}
      title={title}
      onClick={(event) => {
        event.stopPropagation();
        if (!asked) ask();
        else setView({ page: "gate", run, confidence: null, selected: null });
      }}
    >
      {word}
    </button>
  );
}

function words(found: RunVerdict | undefined, gate: UseQueryResult<Verdicts>, asked: boolean): [state: string, word: string, title: string] {
  if (!asked) return ["note", "Ask the gate", "Of all runs; in a project of this size it takes a while"];
  if (!found || gate.error) return ["look", "Not told", gate.error instanceof Error ? gate.error.message : "The gate does not answer"];
  if (!gate.data?.kept) return ["note", "No rules", "The project keeps no rules yet: write them on the gate's page"];
  const { verdict, counts, block, problem } = found;
  if (verdict === null) return ["look", "Rules do not fit", problem ?? ""];
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  if (verdict === "failed") return ["bad", `${whole(block)} of ${whole(all)} fail`, "What fails blocks this run"];
  if (verdict === "unsure") return ["look", `Pass, ${whole(counts.unsure)} unsure`, "Nothing blocks, but the data does not tell every rule"];
  return ["ok", "Pass", `${whole(all)} of ${whole(all)} rules hold`];
}

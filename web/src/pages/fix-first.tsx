/** At most four sentences, each from the numbers at hand, each with one way to its objects. */
import type { ReactElement, ReactNode } from "react";
import type { Curves, Summary as AnySummary } from "../api/client";
import { KIND_NAMES, score, whole } from "../format";
import { Card, Empty } from "../parts/card";
import { setView } from "../state/view";
import { objectsOf, type View } from "../state/url";

interface Advice {
  text: ReactNode;
  link: string;
  go: Partial<View>;
}

/** The sentences are about objects matched at an operating point. */
type Counts = NonNullable<AnySummary["counts"]>;

interface Props {
  summary: AnySummary;
  counts: Counts;
  curves: Curves | undefined;
  kinds: Record<string, number> | undefined;
}

export function FixFirst({ summary, counts, curves, kinds }: Props): ReactElement {
  const advice = [mostFrequentKind(counts, kinds), mostMissed(summary), mostFalse(summary), betterConfidence(counts, curves)];
  const found = advice.filter((a) => a !== null);
  return (
    <Card title="What to fix first" hint="The largest item of each sort, at the thresholds above">
      {found.length ? (
        <ol className="fix">
          {found.map((a) => (
            <li key={a.link}>
              <button onClick={() => setView({ selected: null, ...a.go })}>
                <p>{a.text}</p>
                <span>{a.link}</span>
              </button>
            </li>
          ))}
        </ol>
      ) : (
        <Empty title="Nothing stands out">
          <p>No false positive and no miss at these thresholds.</p>
        </Empty>
      )}
    </Card>
  );
}

function mostFrequentKind(counts: Counts, kinds: Record<string, number> | undefined): Advice | null {
  const [kind, n] = Object.entries(kinds ?? {}).filter(([k]) => k !== "missed").sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
  if (!n) return null;
  const name = KIND_NAMES[kind] ?? kind;
  return {
    text: <><b>{name}</b> is the reason of {whole(n)} of {whole(counts.fp)} false positives, more than any other.</>,
    link: `Show ${name.toLowerCase()}`,
    go: objectsOf({ outcome: "fp", kind }),
  };
}

function mostMissed({ per_class }: AnySummary): Advice | null {
  const worst = [...per_class].sort((a, b) => (b.fn ?? 0) - (a.fn ?? 0))[0];
  if (!worst?.fn) return null;
  return {
    text: <><b><bdi>{worst.class_name}</bdi></b>: {whole(worst.fn)} of {whole(worst.fn + (worst.tp ?? 0))} objects are missed, the most of any class.</>,
    link: `Show misses of ${worst.class_name}`,
    go: objectsOf({ outcome: "fn", classes: [worst.class_id] }),
  };
}

function mostFalse({ per_class }: AnySummary): Advice | null {
  const worst = [...per_class].sort((a, b) => (b.fp ?? 0) - (a.fp ?? 0))[0];
  if (!worst?.fp) return null;
  return {
    text: <><b><bdi>{worst.class_name}</bdi></b> is predicted {whole(worst.fp)} times where it is not, {whole(worst.tp)} times where it is.</>,
    link: `Show false ${worst.class_name}`,
    go: objectsOf({ outcome: "fp", classes: [worst.class_id] }),
  };
}

function betterConfidence(counts: Counts, curves: Curves | undefined): Advice | null {
  const best = curves?.best;
  if (!best || best.confidence === null || best.f1 === null || counts.f1 === null) return null;
  if (best.f1 - counts.f1 < 0.005) return null;
  return {
    text: <>Confidence <b>{score(best.confidence, 2)}</b> gives F1 {score(best.f1)}; the current {score(counts.confidence, 2)} gives {score(counts.f1)}.</>,
    link: `Use ${score(best.confidence, 2)}`,
    go: { confidence: best.confidence },
  };
}

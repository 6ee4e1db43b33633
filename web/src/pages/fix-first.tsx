/** What to fix first: at most seven sentences, each what AP would be then, each with one way to its objects. */
import type { ReactElement, ReactNode } from "react";
import { useFixFirst, type Curves, type Fix, type Point, type Run, type Summary } from "../api/client";
import { KIND_NAMES, score, signed, whole } from "../format";
import { overlapOf } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import type { Choice } from "../state/choice";
import { setView } from "../state/view";
import { objectsOf, type View } from "../state/url";

interface Advice {
  text: ReactNode;
  link: string;
  go: Partial<View>;
}

interface Props {
  run: Run;
  choice: Choice;
  point: Point;
  counts: NonNullable<Summary["counts"]>;
  curves: Curves | undefined;
}

export function FixFirst({ run, choice, point, counts, curves }: Props): ReactElement {
  const found = useFixFirst({ ...point, run: run.name }, choice.under);
  const advice = [...(found.data?.fixes ?? []).filter(isWork).map(adviceOf), betterConfidence(counts, curves)].filter((a) => a !== null);
  const from = found.data?.ap ?? null;
  const hint = `AP at ${overlapOf(choice.task)} ${score(point.iou, 2)} is ${score(from)}: what it would be if one group were fixed, most for each object to touch first`;
  return (
    <Card title="What to fix first" hint={hint}>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={180} />
      ) : advice.length ? (
        <ol className="fix">
          {advice.map((a) => (
            <li key={a.link}>
              <button onClick={() => setView({ selected: null, ...a.go })}>
                <p>{a.text}</p>
                <span>{a.link}</span>
              </button>
            </li>
          ))}
        </ol>
      ) : (
        <NoAdvice counts={counts} />
      )}
    </Card>
  );
}

function NoAdvice({ counts }: { counts: Props["counts"] }): ReactElement {
  if (counts.tp + counts.fp === 0)
    return (
      <Empty title="Nothing is predicted">
        <p>At a lower confidence, or on more images and classes, there may be predictions to judge.</p>
      </Empty>
    );
  return (
    <Empty title="Nothing stands out">
      <p>No group of five errors or more costs a twentieth of a point of AP.</p>
    </Empty>
  );
}

/** A split, sequence or saved slice says where errors lie, not what to do about them. */
const isWork = ({ what }: Fix): boolean => what !== "split" && what !== "sequence" && what !== "slice";

/** "Wrong class: 24 errors on 11 images. AP .319 → .424, +.059 to +.160." */
function adviceOf(fix: Fix): Advice {
  const name = nameOf(fix);
  const labels = fix.what === "labels";
  const bounds = fix.low === null || fix.high === null ? "" : ` (${signed(fix.low)} to ${signed(fix.high)})`;
  return {
    text: (
      <>
        <b>
          <bdi>{name}</bdi>
        </b>
        : {whole(fix.errors)} {labels ? "labels" : "errors"} on {whole(fix.images)} images. AP {labels ? "with them is" : "would be"} <b>{score(fix.ap)}</b>, {signed(fix.gain ?? 0)}
        {bounds}.
      </>
    ),
    link: `Show ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    go: labels ? { page: "labels" } : objectsOf(filterOf(fix)),
  };
}

function nameOf(fix: Fix): string {
  const kind = KIND_NAMES[fix.kind ?? ""] ?? "";
  if (fix.what === "kind") return kind;
  if (fix.what === "labels") return "Accepted label corrections";
  if (fix.what === "kind of a class") return `${fix.name}: ${kind.toLowerCase()}`;
  if (fix.what === "size") return `${fix.name.charAt(0).toUpperCase()}${fix.name.slice(1)} objects`;
  return fix.what === "class" || fix.what === "confusion" ? fix.name : `${fix.what} ${fix.name}`;
}

function filterOf(fix: Fix): Partial<View> {
  const outcome = fix.outcome === "fn" || fix.outcome === "fp" ? fix.outcome : "error";
  if (fix.what === "size") return { outcome, sort: fix.name === "large" ? "largest" : "smallest" };
  return {
    outcome,
    kind: fix.kind ?? null,
    labelled: fix.labelled ?? null,
    predicted: fix.predicted ?? null,
    ...(typeof fix.class_id === "number" ? { classes: [fix.class_id] } : {}),
    ...(fix.where ? { slice: fix.where } : {}),
  };
}

function betterConfidence(counts: Props["counts"], curves: Curves | undefined): Advice | null {
  const best = curves?.best;
  if (!best || best.confidence === null || best.f1 === null || counts.f1 === null) return null;
  if (best.f1 - counts.f1 < 0.005) return null;
  return {
    text: <>Confidence <b>{score(best.confidence, 2)}</b> gives F1 {score(best.f1)}; the current {score(counts.confidence, 2)} gives {score(counts.f1)}.</>,
    link: `Use ${score(best.confidence, 2)}`,
    go: { confidence: best.confidence },
  };
}

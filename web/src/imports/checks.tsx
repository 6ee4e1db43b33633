/** Listed, predicted, on disk; then what was looked for, and how often it was met. */
import { Fragment, type ReactElement } from "react";
import type { Overview } from "../api/client";
import type { ImportCheck, WholeReport } from "../api/imports";
import { whole } from "../format";
import { Card } from "../parts/card";
import { objectsOf } from "../state/url";
import { setView } from "../state/view";

const WORDS = { ok: "OK", note: "Note", look: "Look" } as const;
const TINY = "Labels smaller than";

export function ReconcileCard({ report, project }: { report: WholeReport; project: Overview }): ReactElement {
  return (
    <Card title="Reconcile">
      <Chain links={report.kind === "project" ? ofProject(report, project) : ofRun(report, project)} />
      <ul className="checks">
        {report.checks.map((check) => (
          <Check key={check.title} check={check} run={report.kind === "predictions"} />
        ))}
      </ul>
    </Card>
  );
}

/** A count, its name, and how it comes from the one before. */
type Link = [count: number, name: string, by?: string];

function ofProject(report: WholeReport, project: Overview): Link[] {
  return [
    [report.images ?? project.images, "images listed"],
    [project.images_with_pixels, "files", "found on disk"],
    [report.ground_truth ?? project.ground_truth, "labels", "of all images"],
  ];
}

function ofRun(report: WholeReport, project: Overview): Link[] {
  const how = report.findings.find((f) => f.question === "images")?.chosen.how;
  return [
    [project.images, "images listed"],
    [report.images_with_predictions ?? 0, "have predictions", `joined ${how ? `by ${how}` : (report.mapping?.images ?? "")}`],
    [project.images_with_pixels, "files", "found on disk"],
  ];
}

function Chain({ links }: { links: Link[] }): ReactElement {
  return (
    <div className="chain">
      {links.map(([count, name, by]) => (
        <Fragment key={name}>
          {by !== undefined && <span className="by">{by}</span>}
          <div>
            <b>{whole(count)}</b>
            <span>{name}</span>
          </div>
        </Fragment>
      ))}
    </div>
  );
}

function Check({ check, run }: { check: ImportCheck; run: boolean }): ReactElement {
  const tiny = run && check.count > 0 && check.title.startsWith(TINY);
  return (
    <li>
      <span className={`pill ${check.state}`}>{WORDS[check.state]}</span>
      <span>
        {tiny ? (
          <button className="link" onClick={() => setView(objectsOf({ outcome: "all", among: "object.area=..64" }))}>
            {check.title}
          </button>
        ) : (
          <bdi>{check.title}</bdi>
        )}
        {check.why && <small>{check.why}</small>}
      </span>
      <b className="num">{whole(check.count)}</b>
    </li>
  );
}

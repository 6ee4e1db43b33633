/** May this model ship, and can somebody else check the answer? */
import { useState, type ReactElement } from "react";
import { queries, type Run } from "../api/client";
import { keepGateRules, reportUrl, useGate, useGateRules, useOtherTools, type Check, type Gate } from "../api/gate";
import { DASH, plural, score, signed, whole } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { CopyButton } from "../parts/copy";
import { Sentence } from "../parts/name";
import { useView } from "../state/view";
import { PageHead } from "./page-head";

const FORMS = [
  ["html", "HTML"],
  ["md", "Markdown"],
  ["json", "JSON"],
] as const;
const PILLS = { passed: ["ok", "Pass"], unsure: ["look", "Unsure"], failed: ["bad", "Fail"] } as const;

export function GatePage({ run }: { run: Run }): ReactElement {
  const { slice } = useView();
  const gate = useGate(run.name, slice);
  return (
    <>
      <PageHead title="Report and gate" question="May this model ship, and can somebody else check the answer?">
        <div className="actions">
          {FORMS.map(([form, name]) => (
            <a key={form} className="btn small" href={reportUrl([run.name], form, slice)} download={`${run.name}.${form}`}>
              {name}
            </a>
          ))}
        </div>
      </PageHead>
      {gate.error ? (
        <Failure error={gate.error} retry={() => void gate.refetch()} />
      ) : !gate.data ? (
        <Skeleton height={run.task === "classification" ? 300 : 660} />
      ) : (
        <>
          <Verdict gate={gate.data} />
          <RulesCard gate={gate.data} />
        </>
      )}
      <div className="columns gate-columns">
        <OtherTools run={run} />
        {gate.data && <Comment text={gate.data.comment} />}
      </div>
      <div className="columns gate-columns">
        <RulesEditor />
        <Record run={run} gate={gate.data} />
      </div>
    </>
  );
}

function Verdict({ gate }: { gate: Gate }): ReactElement {
  const told = gate.checks.some((check) => check.status === "passed");
  const [pill, word] = gate.passed ? (told ? PILLS.passed : PILLS.unsure) : PILLS.failed;
  const baseline = gate.baseline ? ` --baseline ${gate.baseline}` : "";
  const within = gate.slice ? ` --slice '${gate.slice.replaceAll("'", "'\\''")}'` : "";
  const command = `boxscore gate gate.yaml --run ${gate.run}${baseline}${within}`;
  return (
    <section className="card verdict" aria-label="Verdict">
      <span className={`pill ${pill}`}>{word}</span>
      <div>
        <b><Sentence text={gate.verdict} names={[gate.run, gate.baseline ?? ""]} /></b>
        <p>
          The command ends with {gate.passed ? 0 : 5}: <code dir="ltr"><Sentence text={command} names={[gate.run, gate.baseline ?? ""]} /></code>
        </p>
        {gate.notes.map((note) => (
          <p key={note} className="muted">
            {note}
          </p>
        ))}
      </div>
    </section>
  );
}

/** What blocks first, then what cannot be told, then what passed. */
function RulesCard({ gate }: { gate: Gate }): ReactElement {
  const order = { failed: 0, unsure: 1, passed: 2 };
  const checks = [...gate.checks].sort((a, b) => Number(b.blocks) - Number(a.blocks) || order[a.status] - order[b.status]);
  return (
    <Card title="Rules" hint="A margin passes or fails only where its interval shows it; unsure passes unless the rule says otherwise" className="below">
      <div className="scroll">
        <table className="table">
          <thead>
            <tr>
              <th>State</th>
              <th>Rule</th>
              <th className="num">Value</th>
              <th className="num">Baseline</th>
              <th className="num">Change</th>
              <th className="num">Interval</th>
              <th className="num">Objects</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <Row key={`${check.line} ${check.subject} ${check.rule}`} check={check} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ check }: { check: Check }): ReactElement {
  const [pill, word] = PILLS[check.status];
  const bounds = check.low === null || check.high === null ? DASH : `${signed(check.low)} to ${signed(check.high)}`;
  return (
    <tr>
      <td>
        <span className={`pill ${check.blocks ? "bad" : pill}`}>{word}</span>
      </td>
      <td className="wraps">
        <b>
          <bdi>{check.subject}</bdi>
        </b>{" "}
        {check.rule}
        {check.reason && <div className="muted">{check.reason}</div>}
      </td>
      <td className="num">{score(check.value)}</td>
      <td className="num">{score(check.baseline)}</td>
      <td className="num">{signed(check.difference)}</td>
      <td className="num">{bounds}</td>
      <td className="num">{whole(check.objects)}</td>
    </tr>
  );
}

function OtherTools({ run }: { run: Run }): ReactElement {
  const boxes = run.task === "bbox";
  const found = useOtherTools(run.name, boxes);
  return (
    <Card title="The same predictions under other rules" hint="Why another tool may print a different mAP for this file">
      {!boxes ? (
        <p className="note">Only boxes are compared with other tools.</p>
      ) : found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={220} />
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Tool</th>
              <th>What matters most</th>
              <th className="num">Value</th>
              <th className="num">Points</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>COCO, mAP .50:.95 (this report)</td>
              <td />
              <td className="num">{score(found.data.coco)}</td>
              <td />
            </tr>
            {found.data.tools.map((tool) => (
              <tr key={tool.tool}>
                <td className="wraps">
                  {tool.title} <span className="muted">{tool.metric === "mAP50" ? "mAP50" : ""}</span>
                </td>
                <td className="wraps">{tool.matters_most}</td>
                <td className="num">{score(tool.value)}</td>
                <td className="num">{signed(tool.points, (points) => points.toFixed(1))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Comment({ text }: { text: string }): ReactElement {
  return (
    <Card
      title="Comment for a merge request"
      hint={<>As <code>boxscore gate --markdown</code> writes it</>}
      aside={<CopyButton text={() => text}>Copy</CopyButton>}
    >
      <pre className="text" tabIndex={0}>
        {text}
      </pre>
    </Card>
  );
}

function RulesEditor(): ReactElement {
  const rules = useGateRules();
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const text = draft ?? rules.data?.text ?? "";
  const keep = (given: string) => {
    keepGateRules(given).then(
      () => {
        setDraft(null);
        setProblem(null);
        void queries.invalidateQueries({ queryKey: ["gate"] });
        void queries.invalidateQueries({ queryKey: ["gate-rules"] });
      },
      (error: Error) => setProblem(error),
    );
  };
  const hint = rules.data?.kept ? "Kept in the project; the same text is a gate.yaml" : "First rules, made from the oldest run; keep them to change them";
  return (
    <Card
      title="gate.yaml"
      hint={hint}
      aside={
        <div className="actions">
          {rules.data?.kept && (
            <button className="btn small" onClick={() => keep("")}>
              First rules
            </button>
          )}
          <button className="btn small" disabled={draft === null && rules.data?.kept !== false} onClick={() => keep(text)}>
            Keep
          </button>
        </div>
      }
    >
      {problem && <Failure error={problem} />}
      {rules.error ? (
        <Failure error={rules.error} retry={() => void rules.refetch()} />
      ) : (
        <textarea className="text" aria-label="Rules of the gate" spellCheck={false} rows={18} value={text} onChange={(e) => setDraft(e.target.value)} />
      )}
    </Card>
  );
}

/** Of the paired intervals of a gate. */
const DRAWS = 1000;

/** What the gate's numbers follow: COCO where objects are matched. */
function protocolOf(run: Run): string {
  const known = run.tasks.find(({ task }) => task === run.task)?.protocols ?? [];
  return (known.find(({ name }) => name === "coco") ?? known[0])?.title ?? "Answers compared with labels, item by item";
}

function Record({ run, gate }: { run: Run; gate: Gate | undefined }): ReactElement {
  const facts: [string, string][] = [
    ["Predictions", `${run.file}: ${plural(run.predictions, "prediction")}, read as ${run.format}`],
    ["SHA-256 of predictions", run.sha256],
    ["Hash of images, classes and labels", gate?.ground_truth ?? DASH],
    ["Imported", new Date(run.created).toLocaleString()],
    ["Protocol", protocolOf(run)],
    ["Intervals", `${whole(DRAWS)} paired draws of the images, seed 0`],
  ];
  return (
    <Card title="Record" hint="What somebody else needs to get the same numbers">
      <dl className="facts record">
        {facts.map(([what, value]) => (
          <div key={what} className="fact">
            <dt>{what}</dt>
            <dd className="break">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

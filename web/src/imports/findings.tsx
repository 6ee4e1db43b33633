/** The doctor's table: each question with its answer, to be changed where it is wrong. */
import { useId, useState, type ReactElement } from "react";
import { percent, plural, whole } from "../format";

export interface Reading {
  how: string;
  found?: number;
  agreement?: number | null;
}

export interface Finding {
  question: string;
  chosen: Reading;
  alternatives: Reading[];
  sure: boolean;
  why: string;
  fix: string | null;
}

export interface SourceClass {
  source: string;
  records: number;
  class: string | null;
  left_out: boolean;
}

/** Questions whose answer a mapping file gives in the doctor's own words. */
const NAMED = ["images", "classes"];

interface FindingsProps {
  findings: Finding[];
  /** Ways that were weighed before one was chosen. */
  ways: Record<string, Reading[]>;
  choose: (question: string, how: string) => void;
}

export function Findings({ findings, ways, choose }: FindingsProps): ReactElement {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Question</th>
          <th>Read as</th>
          <th>Evidence</th>
        </tr>
      </thead>
      <tbody>
        {findings.map((row) => (
          <tr key={row.question}>
            <td>{row.question}</td>
            <td>
              <div className="read-as">
                <ReadAs finding={row} ways={ways[row.question] ?? []} choose={(how) => choose(row.question, how)} />
                <span className={row.sure ? "pill ok" : "pill look"}>{row.sure ? "sure" : "look"}</span>
              </div>
            </td>
            <td className="wraps">
              <bdi>{row.why}</bdi>
              {!row.sure && row.fix && <small>{row.fix}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ReadAs({ finding, ways, choose }: { finding: Finding; ways: Reading[]; choose: (how: string) => void }): ReactElement {
  const how = finding.chosen.how.replace(/, with exceptions$/, "");
  const others = ways.filter((way) => way.how !== how);
  if (!NAMED.includes(finding.question) || !others.length) return <bdi>{finding.chosen.how}</bdi>;
  return (
    <select className="btn small" aria-label={`Read ${finding.question} as`} value={how} onChange={(e) => choose(e.target.value)}>
      <option value={how}>{how}</option>
      {others.map((way) => (
        <option key={way.how} value={way.how}>
          {way.how}, {percent(way.found)} % found
        </option>
      ))}
    </select>
  );
}

interface ClassesProps {
  rows: SourceClass[];
  names: string[];
  choose: (source: string, name: string | null) => void;
}

/** Every class of the file beside the project's class it becomes. */
export function SourceClasses({ rows, names, choose }: ClassesProps): ReactElement {
  const list = useId();
  const lost = rows.filter((row) => row.class === null && !row.left_out).length;
  return (
    <details open={lost > 0}>
      <summary>
        {plural(rows.length, "class", "classes")} in the file{lost > 0 && `, ${whole(lost)} of them unknown here`}
      </summary>
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div className="scroll source-classes">
        <table className="table">
          <thead>
            <tr>
              <th>In the file</th>
              <th className="num">Records</th>
              <th>Class here; empty leaves it out</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.source}>
                <td className="wraps"><bdi>{row.source}</bdi></td>
                <td className="num">{whole(row.records)}</td>
                <td><ClassInput row={row} list={list} names={names} choose={choose} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Typed or chosen from the project's classes; a name that is none of them changes nothing. */
function ClassInput({ row, list, names, choose }: Omit<ClassesProps, "rows"> & { row: SourceClass; list: string }): ReactElement {
  const [text, setText] = useState<string | null>(null);
  const known = text === null || text === "" || names.includes(text);
  return (
    <input
      type="text"
      list={list}
      aria-label={`Class of ${row.source}`}
      aria-invalid={!known}
      placeholder={row.left_out ? "left out" : "not found"}
      value={text ?? row.class ?? ""}
      onChange={(e) => {
        setText(e.target.value);
        if (e.target.value === "" || names.includes(e.target.value)) choose(row.source, e.target.value || null);
      }}
    />
  );
}

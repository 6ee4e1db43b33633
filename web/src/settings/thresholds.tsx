/** Where findings begin: one number for each code, and the size that the model is trained at. */
import { useState, type FormEvent, type ReactElement } from "react";
import type { Setting } from "../api/settings";
import { short } from "../format";
import { Card } from "../parts/card";

interface Props {
  settings: Setting[];
  change: (changes: Record<string, string | null>) => void;
}

export function Thresholds({ settings, change }: Props): ReactElement {
  const rows = settings.filter((one) => one.group === "findings");
  const set = rows.filter((one) => one.set);
  return (
    <Card
      title="Findings"
      hint="A finding is a metric beyond its threshold; IMG of images, ANN of labels, PRD of predictions"
      aside={
        <button className="btn small" disabled={!set.length} onClick={() => change(Object.fromEntries(set.map((one) => [one.name, null])))}>
          All defaults
        </button>
      }
    >
      <div className="scroll settings-thresholds" tabIndex={0} role="region" aria-label="Thresholds">
        <table className="table">
          <thead>
            <tr>
              <th>Code</th>
              <th>What it finds</th>
              <th>Level</th>
              <th>From</th>
              <th>Default</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <Row key={`${one.name} ${one.value}`} setting={one} change={change} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ setting, change }: { setting: Setting; change: Props["change"] }): ReactElement {
  const [text, setText] = useState(String(setting.value));
  const moved = text.trim() !== String(setting.value);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (moved) change({ [setting.name]: text });
  }
  const sign = setting.side === null ? "" : setting.side === "low" ? "≤" : "≥";
  return (
    <tr className={setting.set ? "current" : ""}>
      <td>{setting.side === null ? "" : setting.name}</td>
      <td className="wraps">{setting.title}</td>
      <td>{setting.severity && <span className={`pill ${setting.severity === "severe" ? "bad" : "look"}`}>{setting.severity}</span>}</td>
      <td>
        <form className="row" onSubmit={submit}>
          {sign}
          <input type="text" inputMode="decimal" aria-label={`${setting.name}: ${setting.title}`} value={text} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => e.key === "Escape" && setText(String(setting.value))} />
          <span className="muted">{setting.unit}</span>
          {moved && <button className="btn small">Set</button>}
        </form>
      </td>
      <td>
        {setting.set ? (
          <button className="btn small" aria-label={`Default of ${setting.name}`} onClick={() => change({ [setting.name]: null })}>
            {short(Number(setting.default))}
          </button>
        ) : (
          <span className="muted">{short(Number(setting.default))}</span>
        )}
      </td>
    </tr>
  );
}

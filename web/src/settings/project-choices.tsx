/** What is usual in the project: task and protocol where none is chosen, tags of the keys 1 to 9. */
import { useState, type FormEvent, type ReactElement } from "react";
import type { Overview } from "../api/client";
import type { Setting } from "../api/settings";
import { useTags } from "../api/tags";
import { Card } from "../parts/card";

interface Props {
  project: Overview;
  settings: Setting[];
  change: (changes: Record<string, string | null>) => void;
}

export function ProjectChoices({ project, settings, change }: Props): ReactElement {
  const value = (name: string) => String(settings.find((one) => one.name === name)?.value ?? "");
  const tasks = [...new Set(project.runs.flatMap((run) => run.tasks.map((t) => t.task)))];
  const protocols = new Map(project.runs.flatMap((run) => run.tasks.flatMap((t) => t.protocols.map((p) => [p.name, p.title] as const))));
  const keys = settings.filter((one) => one.group === "keys");
  return (
    <Card title="This project" hint="For everybody who opens it, in the app, on the command line and from Python">
      <div className="settings-fields">
        <Choice name="Task" none="Each run's own" options={tasks} value={value("task")} choose={(chosen) => change({ task: chosen })} />
        <Choice name="Protocol" none="Each task's own" options={[...protocols.keys()]} titles={protocols} value={value("protocol")} choose={(chosen) => change({ protocol: chosen })} />
      </div>
      <h3>Tags of the keys</h3>
      <p className="muted">With something picked on the Errors page, these keys tag it. None set: the first tags of the project, on 1 to 5.</p>
      <div className="settings-keys">
        {keys.map((one) => (
          <Key key={`${one.name} ${one.value}`} setting={one} change={change} />
        ))}
      </div>
      <Known />
    </Card>
  );
}

interface ChoiceProps {
  name: string;
  none: string;
  options: string[];
  titles?: Map<string, string>;
  value: string;
  choose: (value: string | null) => void;
}

function Choice({ name, none, options, titles, value, choose }: ChoiceProps): ReactElement {
  const all = value === "" || options.includes(value) ? options : [...options, value];
  return (
    <label className="settings-field">
      <span>{name}</span>
      <select className="btn small" value={value} onChange={(e) => choose(e.target.value || null)}>
        <option value="">{none}</option>
        {all.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
      {titles?.get(value) !== undefined && <small>{titles.get(value)}</small>}
    </label>
  );
}

function Key({ setting, change }: { setting: Setting; change: Props["change"] }): ReactElement {
  const [text, setText] = useState(String(setting.value));
  const moved = text.trim() !== setting.value;
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (moved) change({ [setting.name]: text.trim() || null });
  }
  return (
    <form className="row" onSubmit={submit}>
      <kbd>{setting.name.replace("key_", "")}</kbd>
      <input type="text" list="known-tags" maxLength={100} aria-label={setting.title} placeholder="no tag" value={text} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => e.key === "Escape" && setText(String(setting.value))} />
      {moved && <button className="btn small">Set</button>}
    </form>
  );
}

function Known(): ReactElement {
  const tags = useTags().data?.tags ?? [];
  return (
    <datalist id="known-tags">
      {tags.map(({ tag }) => (
        <option key={tag} value={tag} />
      ))}
    </datalist>
  );
}

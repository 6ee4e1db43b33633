/** The task and the protocol that the numbers follow, of those that fit the run. */
import type { ReactElement } from "react";
import type { Run } from "../api/client";
import { TASK_NAMES } from "../metrics";
import type { Choice } from "../state/choice";
import { setView } from "../state/view";

/** "COCO" of "COCO: mean of 101 recall points, ...". */
export function shortTitle(title: string): string {
  return title.split(/[:,]/)[0] ?? title;
}

export function TaskChoice({ run, choice, tasks = run.tasks, protocols = true }: { run: Run; choice: Choice; tasks?: Run["tasks"]; protocols?: boolean }): ReactElement {
  return (
    <div className="choice">
      {tasks.length > 1 && (
        <label>
          Task
          <select className="btn small" value={choice.task} onChange={(e) => setView({ task: e.target.value === run.task ? null : e.target.value, protocol: null })}>
            {tasks.map(({ task }) => (
              <option key={task} value={task}>
                {TASK_NAMES[task] ?? task}
              </option>
            ))}
          </select>
        </label>
      )}
      {protocols && choice.protocols.length > 1 && choice.protocol && (
        <label>
          Protocol
          <select
            className="btn small"
            value={choice.protocol.name}
            title={choice.protocol.title}
            onChange={(e) => setView({ protocol: e.target.value === choice.protocols[0]?.name ? null : e.target.value })}
          >
            {choice.protocols.map(({ name, title }) => (
              <option key={name} value={name}>
                {shortTitle(title)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

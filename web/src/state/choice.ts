/** What the chosen run is evaluated under: a task that it can be scored as, and a protocol of it. */
import type { ProtocolChoice, Run, Task, Under } from "../api/client";
import type { View } from "./url";

/** Tasks whose predictions are matched one by one, by overlap, in order of confidence. */
const MATCHED = ["bbox", "obb", "segm", "boundary", "keypoints"];

export interface Choice {
  task: string;
  /** Empty where the task has only one way of being scored. */
  protocols: ProtocolChoice[];
  protocol: ProtocolChoice | undefined;
  /** Predictions are matched one by one: there are thresholds, curves and kinds of errors. */
  matched: boolean;
  /** Classes can be taken for each other. */
  confusable: boolean;
  /** What to ask of the server. */
  under: Under;
}

/** Where a confidence threshold can be: from 0 to 1, and on to those of the run that lie beyond. */
export function reachOf(run: Run | undefined): [low: number, high: number] {
  const [least, most] = run?.confidences ?? [0, 1];
  return [Math.min(0, Math.floor(least * 100) / 100), Math.max(1, Math.ceil(most * 100) / 100)];
}

/** The view's choice where predictions are matched one by one, else the run's own. */
export function matchedChoice(view: View, run: Run): Choice {
  const chosen = choiceOf(view, run);
  return chosen.matched ? chosen : choiceOf({ ...view, task: run.task }, run);
}

/** The view's choice where this run allows it, else the project's usual one, else the run's own. */
export function choiceOf(view: View, run: Run): Choice {
  const named = (task: string | null) => run.tasks.find((t) => t.task === task);
  const found = named(view.task) ?? named(run.usual_task) ?? named(run.task);
  const task = found?.task ?? run.task;
  const protocols = found?.protocols ?? [];
  const protocol = protocols.find((p) => p.name === view.protocol) ?? protocols[0];
  return {
    task,
    protocols,
    protocol,
    matched: MATCHED.includes(task),
    confusable: MATCHED.includes(task) || task === "classification",
    under: {
      ...(view.slice === null ? {} : { slice: view.slice }),
      // What is not named is the project's usual task here, the run's own there.
      ...(task === run.task && task === run.usual_task ? {} : { task: task as Task }),
      ...(protocol === protocols[0] ? {} : { protocol: protocol?.name }),
    },
  };
}

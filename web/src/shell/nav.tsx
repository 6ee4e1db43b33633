/** The left column: project, pages, keyboard and theme, the time of the last recount. */
import type { ReactElement } from "react";
import type { Overview } from "../api/client";
import { plural } from "../format";
import { labelledWords } from "../metrics";
import { Icon, Logo } from "../parts/marks";
import { formatView, PAGES, type Page } from "../state/url";
import { setView, useView } from "../state/view";
import { Jobs } from "./jobs";

export const NAMES: Record<Page, string> = {
  runs: "Runs",
  overview: "Overview",
  errors: "Errors",
  confusion: "Confusion",
  slices: "Slices",
  metrics: "Metrics",
  compare: "Compare",
  labels: "Label issues",
  map: "Data map",
  drift: "Drift",
  imports: "Import report",
  gate: "Report and gate",
  projects: "Projects",
  settings: "Settings",
};

interface NavProps {
  project: Overview | undefined;
  recountMs: number | undefined;
  dark: boolean;
  help: () => void;
}

export function Nav({ project, recountMs, dark, help }: NavProps): ReactElement {
  const view = useView();
  return (
    <nav className="nav" aria-label="Pages">
      <div className="logo">
        <Logo /> <b>Boxscore</b>
      </div>
      <div className="project">
        <b title={project?.name}>{project?.name ?? " "}</b>
        <span>{project ? `${plural(project.images, "image")}, ${labelledWords(project)}` : " "}</span>
      </div>
      <div className="pages">
        {PAGES.map((page, k) => (
          <a
            key={page}
            href={formatView({ ...view, page, selected: null })}
            aria-current={view.page === page ? "page" : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // another tab or window
              event.preventDefault();
              setView({ page, selected: null });
            }}
          >
            <Icon name={page} /> <span>{NAMES[page]}</span> {k < 9 && <kbd>{k + 1}</kbd>}
          </a>
        ))}
      </div>
      <div className="nav-foot">
        <Jobs />
        <button onClick={help} aria-haspopup="dialog">
          <kbd>?</kbd> Keyboard
        </button>
        <button onClick={() => setView({ theme: dark ? "light" : "dark" })}>
          <kbd>D</kbd> {dark ? "Light theme" : "Dark theme"}
        </button>
        <p>
          {recountMs === undefined ? "All numbers exact" : `All numbers exact, recounted in ${recountMs.toFixed(recountMs < 10 ? 1 : 0)} ms`}
        </p>
      </div>
    </nav>
  );
}

/** The shell around every page: nav, bar, content, keys, theme. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore, type ReactElement } from "react";
import { pointOf, useOverview, useSummary, type Overview, type Run } from "./api/client";
import { FilterDialog } from "./filter/dialog";
import { Failure, Skeleton } from "./parts/card";
import { ConfusionPage } from "./pages/confusion";
import { ErrorsPage } from "./pages/errors";
import { ProjectsPage } from "./pages/projects";
import { CHOSEN } from "./api/base";
import { useNews, useProjects } from "./api/jobs";
import { OverviewPage } from "./pages/overview";
import { NoRunPage, RunsPage } from "./pages/runs";
import { Bar } from "./shell/bar";
import { Chips } from "./shell/chips";
import { ClassDialog, KeyDialog } from "./shell/dialogs";
import { NAMES, Nav } from "./shell/nav";
import { choiceOf, matchedChoice, reachOf } from "./state/choice";
import { useKeys } from "./state/keys";
import { pickNothing, picks } from "./state/picked";
import { usePreferences } from "./state/preferences";
import { PAGES, unfiltered, type Page } from "./state/url";
import { getView, setView, useView } from "./state/view";
import { SkeletonContext, skeletonsOf } from "./viewer/skeleton";

// The first screens come with the shell; these come when they are opened.
const DataMapPage = lazy(() => import("./pages/data-map").then(({ DataMapPage }) => ({ default: DataMapPage })));
const ComparePage = lazy(() => import("./pages/compare").then(({ ComparePage }) => ({ default: ComparePage })));
const DriftPage = lazy(() => import("./pages/drift").then(({ DriftPage }) => ({ default: DriftPage })));
const GatePage = lazy(() => import("./pages/gate").then(({ GatePage }) => ({ default: GatePage })));
const MetricsPage = lazy(() => import("./pages/metrics").then(({ MetricsPage }) => ({ default: MetricsPage })));
const ImportsPage = lazy(() => import("./pages/imports").then(({ ImportsPage }) => ({ default: ImportsPage })));
const LabelsPage = lazy(() => import("./pages/labels").then(({ LabelsPage }) => ({ default: LabelsPage })));
const SlicesPage = lazy(() => import("./pages/slices").then(({ SlicesPage }) => ({ default: SlicesPage })));
const SettingsPage = lazy(() => import("./pages/settings").then(({ SettingsPage }) => ({ default: SettingsPage })));

const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function useDark(): boolean {
  const preferred = usePreferences().theme;
  const theme = useView().theme ?? (preferred === "system" ? null : preferred);
  const system = useSyncExternalStore(
    (listener) => {
      prefersDark.addEventListener("change", listener);
      return () => prefersDark.removeEventListener("change", listener);
    },
    () => prefersDark.matches,
  );
  const dark = theme === null ? system : theme === "dark";
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);
  return dark;
}

/** Tabs and the history of the browser tell pages and projects apart. */
function useTitle(page: Page, project: string | undefined): void {
  useEffect(() => {
    document.title = [NAMES[page], page === "projects" ? undefined : project, "Boxscore"].filter(Boolean).join(" · ");
  }, [page, project]);
}

function step(value: number, by: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.round((value + by) * 100) / 100));
}

export function App(): ReactElement {
  const view = useView();
  const dark = useDark();
  const [dialog, setDialog] = useState<"classes" | "filter" | "keys" | null>(null);
  const close = useCallback(() => setDialog(null), []);
  useNews();
  const projects = useProjects();
  const project = useOverview(CHOSEN || (projects.data?.here ?? null) !== null);
  useTitle(view.page, project.data?.name);
  const failed = project.error ?? (project.data ? null : projects.error);
  const runs = project.data?.runs ?? [];
  const classes = project.data?.classes;
  const skeletons = useMemo(() => skeletonsOf(classes ?? []), [classes]);
  const run = runs.find((r) => r.name === view.run) ?? runs[0];
  const choice = run && (view.page === "errors" ? matchedChoice(view, run) : choiceOf(view, run));
  const summary = useSummary(run ? pointOf(view, run.name) : null, choice?.under);

  const confidenceOf = () => getView().confidence ?? summary.data?.counts?.confidence ?? run?.default_confidence ?? 0;
  const toConfidence = (by: number) => setView({ confidence: step(confidenceOf(), by, ...reachOf(run)) });

  useKeys({
    // What is picked on the Errors page has these keys for its tags.
    ...Object.fromEntries(PAGES.map((page, k) => [String(k + 1), () => !(view.page === "errors" && picks()) && setView({ page, selected: null })])),
    "[": () => setView({ iou: step(view.iou, -0.05, 0.1, 0.95) }),
    "]": () => setView({ iou: step(view.iou, 0.05, 0.1, 0.95) }),
    "-": () => toConfidence(-0.05),
    "=": () => toConfidence(0.05),
    b: () => run && otherRun(runs, run),
    ...(view.page === "errors" ? {} : { x: () => run && otherRun(runs, run) }), // there it picks
    c: () => setDialog("classes"),
    i: () => setDialog("filter"),
    d: () => setView({ theme: dark ? "light" : "dark" }),
    "?": () => setDialog("keys"),
    Escape: () => (view.page === "errors" && picks() ? pickNothing() : view.wide ? setView({ wide: false }) : setView(unfiltered())),
  });

  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={(e) => { e.preventDefault(); document.getElementById("content")?.focus(); }}>
        Skip to content
      </a>
      <Nav project={project.data} recountMs={summary.data?.recount_ms} dark={dark} help={() => setDialog("keys")} />
      {project.data && run && view.page !== "projects" ? (
        <Bar
          project={project.data}
          run={run}
          summary={summary.data}
          stale={summary.isPlaceholderData}
          task={choice?.task ?? run.task}
          chooseClasses={() => setDialog("classes")}
          openFilter={() => setDialog("filter")}
        />
      ) : (
        <header className="bar" />
      )}
      <main id="content" tabIndex={0}>
        {project.data && view.page !== "projects" && <Chips project={project.data} summary={summary.data} />}
        {view.page === "projects" || (!CHOSEN && projects.data?.here === null) ? (
          <ProjectsPage />
        ) : failed ? (
          <Failure error={failed} retry={() => void (project.error ? project : projects).refetch()} />
        ) : project.data ? (
          <Suspense fallback={<Skeleton height={400} />}>
            <SkeletonContext value={skeletons}>
              {run && <OtherRun asked={view.run} shown={run.name} />}
              <Content project={project.data} run={run} dark={dark} />
            </SkeletonContext>
          </Suspense>
        ) : (
          <Skeleton height={400} />
        )}
      </main>
      {dialog === "classes" && project.data && <ClassDialog project={project.data} close={close} />}
      {dialog === "filter" && project.data && <FilterDialog project={project.data} run={run} close={close} />}
      {dialog === "keys" && <KeyDialog close={close} />}
    </div>
  );
}

/** A link may name a run that was renamed or deleted since. */
function OtherRun({ asked, shown }: { asked: string | null; shown: string }): ReactElement | null {
  if (asked === null || asked === shown) return null;
  return (
    <p className="note warn above" role="note">
      <b>There is no run <bdi>{asked}</bdi> here.</b> This is <bdi>{shown}</bdi>.
    </p>
  );
}

function Content({ project, run, dark }: { project: Overview; run: Run | undefined; dark: boolean }): ReactElement {
  const { page } = useView();
  if (page === "compare" && run) return <ComparePage project={project} run={run} />;
  if (page === "map") return <DataMapPage project={project} run={run} dark={dark} />;
  if (page === "drift") return <DriftPage project={project} run={run} />;
  if (page === "imports") return <ImportsPage project={project} run={run} />;
  if (page === "settings") return <SettingsPage project={project} />;
  if (page === "metrics") return <MetricsPage run={run} />;
  if (page === "runs") return <RunsPage project={project} run={run} />;
  if (!run) return <NoRunPage project={project} title={NAMES[page]} />;
  if (page === "overview") return <OverviewPage project={project} run={run} />;
  if (page === "gate") return <GatePage run={run} />;
  if (page === "labels") return <LabelsPage project={project} run={run} />;
  if (page === "slices") return <SlicesPage project={project} run={run} />;
  if (page === "confusion") return <ConfusionPage run={run} />;
  return <ErrorsPage project={project} run={run} />;
}

function otherRun(runs: Run[], run: Run): void {
  const next = runs[(runs.indexOf(run) + 1) % runs.length];
  if (next) setView({ run: next.name, confidence: null, selected: null });
}

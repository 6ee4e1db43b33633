/** What is usual here, where do findings begin, and what does this program keep? */
import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { queries, type Overview } from "../api/client";
import { changeSettings, KEYS, useSettings } from "../api/settings";
import { Failure, Skeleton } from "../parts/card";
import { ProjectChoices } from "../settings/project-choices";
import { Reader } from "../settings/reader";
import { Stored, Versions } from "../settings/stored";
import { Thresholds } from "../settings/thresholds";
import { PageHead } from "./page-head";

export function SettingsPage({ project }: { project: Overview }): ReactElement {
  const found = useSettings();
  const act = useMutation({
    mutationFn: changeSettings,
    onSuccess: async (settings) => {
      queries.setQueryData(KEYS, settings);
      await queries.invalidateQueries();
    },
  });
  const change = (changes: Record<string, string | null>) => act.mutate(changes);
  return (
    <>
      <PageHead title="Settings" question="What is usual here, where do findings begin, and what does this program keep?" />
      {act.error !== null && <Failure error={act.error} />}
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={640} />
      ) : (
        <div className="columns settings-columns">
          <div className="settings-side">
            <ProjectChoices project={project} settings={found.data} change={change} />
            <Reader />
          </div>
          <Thresholds settings={found.data} change={change} />
        </div>
      )}
      <div className="columns settings-columns">
        <Stored />
        <Versions />
      </div>
    </>
  );
}

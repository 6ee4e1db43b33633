/** Which projects are here? */
import { useState, type ReactElement } from "react";
import { ROOT } from "../api/base";
import { useProjects, type ProjectCard } from "../api/jobs";
import { score, whole } from "../format";
import { ImportDialog } from "../imports/import-dialog";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { PageHead } from "./page-head";

export function ProjectsPage(): ReactElement {
  const found = useProjects();
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageHead title="Projects" question="Which data sets are here, and how good is the best model on each?">
        {found.data?.can_make && (
          <button className="btn primary" aria-haspopup="dialog" onClick={() => setMaking(true)}>
            Make a project
          </button>
        )}
      </PageHead>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={300} />
      ) : found.data.projects.length ? (
        <List cards={found.data.projects} here={found.data.here} />
      ) : (
        <Empty title="No project yet">
          <p>Make one from a folder or file of labels.</p>
        </Empty>
      )}
      {making && <ImportDialog what="project" browse={found.data?.can_browse ?? false} close={() => setMaking(false)} done={() => setMaking(false)} />}
    </>
  );
}

function List({ cards, here }: { cards: ProjectCard[]; here: string | null }): ReactElement {
  return (
    <Card title="Projects" hint="The newest change first. Best AP is COCO's .50:.95 of each project's best run, on its own task.">
      <table className="table">
        <thead>
          <tr>
            <th>Project</th>
            <th className="num">Images</th>
            <th className="num">Runs</th>
            <th className="num">Best AP</th>
            <th>Best run</th>
            <th>Last change</th>
          </tr>
        </thead>
        <tbody>
          {cards.map((card) => (
            <tr key={card.id} className={card.id === here ? "current" : ""}>
              <td className="wraps">
                <a href={`${ROOT}/p/${card.id}/`}>
                  <b>
                    <bdi>{card.name}</bdi>
                  </b>
                </a>
                {card.problem && <small>{card.problem}</small>}
              </td>
              <td className="num">{whole(card.images)}</td>
              <td className="num">{whole(card.runs)}</td>
              <td className="num">{score(card.best_ap)}</td>
              <td>
                <bdi>{card.best_run}</bdi>
              </td>
              <td>
                <time dateTime={card.changed}>{new Date(card.changed).toLocaleString()}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

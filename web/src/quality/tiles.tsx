/** Pictures of what has a value: whole images, or objects with their surroundings. */
import { useMemo, type ReactElement } from "react";
import { BASE } from "../api/base";
import { cropUrl, thumbnailUrl, type Box, type MetricSubject } from "../api/client";
import { clipped, NoPicture, Picture, windowAround } from "../errors/grid";
import { short, titleOf } from "../format";
import { Overlay } from "../viewer/overlay";
import { smallShape } from "../viewer/shapes";

interface ValueTileProps {
  of: MetricSubject;
  value: number | null;
  predicted: boolean;
  severe?: boolean;
  /** Id of the project that has it; null: this one. */
  project?: string | null;
  open: () => void;
}

export function ValueTile({ of, value, predicted, severe = false, project = null, open }: ValueTileProps): ReactElement {
  const name = titleOf(of);
  const words = of.class_name ?? name;
  return (
    <button className="tile" onClick={open} title={`${name}\nShow this image on Errors`}>
      <div className={of.box ? "tile-picture" : "tile-picture whole"}>
        <Content of={of} words={words} predicted={predicted} project={project} />
      </div>
      <div className="tile-words">
        <bdi>{words}</bdi>
        <b>{short(value)}</b>
        {severe && <span className="pill look">severe</span>}
      </div>
    </button>
  );
}

/** The same address within another project of this server. */
function within(url: string, project: string | null): string {
  return project === null ? url : `/p/${project}${url.slice(BASE.length)}`;
}

interface ContentProps {
  of: MetricSubject;
  words: string;
  predicted: boolean;
  project: string | null;
}

function Content({ of, words, predicted, project }: ContentProps): ReactElement {
  const name = titleOf(of);
  const shapes = useMemo(() => (of.box ? [smallShape({ box: of.box }, predicted ? "prediction" : "ground_truth", "explains")] : []), [of.box, predicted]);
  if (!of.has_pixels) return <NoPicture name={name} />;
  if (!of.box) return <Picture src={within(thumbnailUrl(of, 272), project)} alt={words} name={name} />;
  const box = of.box as Box;
  const around = clipped(windowAround(box, of.width, of.height), of.width, of.height);
  return (
    <>
      <Picture src={within(cropUrl(of, around, 272), project)} alt={words} name={name} />
      <Overlay around={around} shapes={shapes} />
    </>
  );
}

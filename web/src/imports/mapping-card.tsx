/** The mapping file that would repeat an import exactly, to copy or to keep. */
import type { ReactElement } from "react";
import { mappingUrl, type WholeReport } from "../api/imports";
import { Card } from "../parts/card";
import { CopyButton } from "../parts/copy";

export function MappingCard({ report }: { report: WholeReport }): ReactElement | null {
  const text = report.mapping_file;
  if (text === null) return null;
  return (
    <Card
      title="mapping.yaml"
      hint="Commit this file to import the same way again"
      aside={
        <div className="actions">
          <CopyButton text={() => text}>Copy</CopyButton>
          <a className="btn small" href={mappingUrl(report.number)} download="mapping.yaml">
            Download
          </a>
        </div>
      }
      foot={<>From a terminal: <code>boxscore imports mapping {report.number} --output mapping.yaml</code></>}
    >
      <pre className="text mapping" tabIndex={0} aria-label="mapping.yaml">
        {text}
      </pre>
    </Card>
  );
}

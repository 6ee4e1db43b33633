/** The mapping file that would repeat an import exactly, to copy or to keep. */
import { useState, type ReactElement } from "react";
import { mappingUrl, type WholeReport } from "../api/imports";
import { Card } from "../parts/card";

export function MappingCard({ report }: { report: WholeReport }): ReactElement | null {
  const [copied, setCopied] = useState(false);
  const text = report.mapping_file;
  if (text === null) return null;
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <Card
      title="mapping.yaml"
      hint="Commit this file to import the same way again"
      aside={
        <div className="actions">
          <button className="btn small" onClick={copy}>
            {copied ? "Copied" : "Copy"}
          </button>
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

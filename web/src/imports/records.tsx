/** The records that an import rejected or repaired, page by page. */
import { useState, type ReactElement } from "react";
import { PAGE_SIZE } from "../api/client";
import { useImportRecords, type RecordFilter, type WholeReport } from "../api/imports";
import { plural, whole } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";

const OUTCOMES = { rejected: "Rejected", repaired: "Repaired" } as const;

export function RecordsCard({ report }: { report: WholeReport }): ReactElement {
  const [filter, setFilter] = useState<RecordFilter>({ outcome: null, code: null });
  const [offset, setOffset] = useState(0);
  const choose = (next: Partial<RecordFilter>) => {
    setFilter({ outcome: null, code: null, ...next });
    setOffset(0);
  };
  const codes = Object.entries(useImportRecords(report.number, { outcome: null, code: null }, 0).data?.codes ?? {});
  const hint = report.listed ? `${whole(report.rejected)} left out, ${whole(report.repaired)} repaired or marked; kept as ${report.report}` : `Kept as ${report.report}`;
  return (
    <Card title="Rejected and repaired" hint={hint}>
      {report.listed === 0 ? (
        <Empty title="Nothing to report">
          <p>Every record was read as it stands: none rejected, none repaired.</p>
        </Empty>
      ) : (
        <>
          <div className="record-filter" role="group" aria-label="Which records">
            <Chip on={filter.outcome === null && filter.code === null} name="All" choose={() => choose({})} />
            {(["rejected", "repaired"] as const).map((one) => (
              <Chip key={one} on={filter.outcome === one} name={OUTCOMES[one]} choose={() => choose({ outcome: one })} />
            ))}
            {codes.map(([code, count]) => (
              <Chip key={code} on={filter.code === code} name={code} count={count} choose={() => choose({ code })} />
            ))}
          </div>
          <Page number={report.number} filter={filter} offset={offset} go={setOffset} />
        </>
      )}
    </Card>
  );
}

function Chip({ on, name, count, choose }: { on: boolean; name: string; count?: number; choose: () => void }): ReactElement {
  return (
    <button className={on ? "chip on" : "chip"} aria-pressed={on} onClick={choose}>
      {name} {count !== undefined && <span>{whole(count)}</span>}
    </button>
  );
}

interface PageProps {
  number: number;
  filter: RecordFilter;
  offset: number;
  go: (offset: number) => void;
}

function Page({ number, filter, offset, go }: PageProps): ReactElement {
  const found = useImportRecords(number, filter, offset);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={200} />;
  const { records, total, next_offset: next } = found.data;
  return (
    <>
      <div className={found.isPlaceholderData ? "scroll records stale" : "scroll records"}>
        <table className="table">
          <thead>
            <tr>
              <th>Record</th>
              <th>What was wrong</th>
              <th>What was done</th>
            </tr>
          </thead>
          <tbody>
            {records.map((record, k) => (
              <tr key={`${offset} ${k}`}>
                <td><code>{record.place}</code></td>
                <td className="wraps">
                  <bdi>{record.problem}</bdi>
                  <small>
                    {record.code}
                    {record.original && `, the file says ${record.original}`}
                  </small>
                </td>
                <td className="wraps">
                  {record.outcome}
                  {record.fix && <small>{record.fix}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="row below">
        <span className="muted" role="status">
          {total ? `${whole(offset + 1)} to ${whole(offset + records.length)} of ${plural(total, "record")}` : "No such record is listed"}
        </span>
        <button className="btn small" disabled={offset === 0} onClick={() => go(Math.max(0, offset - PAGE_SIZE))}>
          Earlier
        </button>
        <button className="btn small" disabled={next === null} onClick={() => next !== null && go(next)}>
          Later
        </button>
      </div>
    </>
  );
}

/** What is stored where and how big, which versions run, and what is sent: nothing. */
import type { ReactElement } from "react";
import { useStorage, useSystem } from "../api/settings";
import { bytes, whole } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";

export function Stored(): ReactElement {
  const found = useStorage();
  return (
    <Card title="What is stored" hint="All of it lies in the project's folder, which can be moved or copied as it is" foot="This browser keeps the theme and the size of tiles. Your own files are read and never changed.">
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={220} />
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>What</th>
              <th>Where</th>
              <th className="num">Files</th>
              <th className="num">Size</th>
            </tr>
          </thead>
          <tbody>
            {found.data.rows.map((row) => (
              <tr key={`${row.place} ${row.what}`}>
                <td className="wraps">
                  <bdi>{row.what}</bdi>
                </td>
                <td>
                  <code>{row.place}</code>
                </td>
                <td className="num">{whole(row.files)}</td>
                <td className="num">{bytes(row.bytes)}</td>
              </tr>
            ))}
            <tr>
              <td>
                <b>All of it</b>
              </td>
              <td />
              <td className="num">{whole(found.data.rows.reduce((sum, row) => sum + row.files, 0))}</td>
              <td className="num" data-testid="stored">
                <b>{bytes(found.data.bytes)}</b>
              </td>
            </tr>
          </tbody>
        </table>
      )}
    </Card>
  );
}

export function Versions(): ReactElement {
  const found = useSystem();
  const shown = Object.entries(found.data?.facts ?? {}).filter(([heading]) => heading !== "Memory");
  return (
    <Card title="Versions and privacy" hint="For a bug report: boxscore system-info prints the same">
      <p className="note">
        <b>Nothing is sent anywhere.</b> Boxscore has no telemetry, no account and no update check; this page loads nothing from other servers, and the program works
        without a network.
      </p>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={180} />
      ) : (
        <dl className="facts settings-facts">
          {shown.flatMap(([heading, facts]) =>
            Object.entries(facts).map(([name, fact]) => [
              <dt key={`${heading} ${name}`}>{name}</dt>,
              <dd key={`${heading} ${name} value`}>{fact}</dd>,
            ]),
          )}
        </dl>
      )}
    </Card>
  );
}

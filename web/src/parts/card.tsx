/** A card: title, how to read it, body; and the states that every card can be in. */
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { Problem } from "../api/client";
import { CopyButton } from "./copy";

interface CardProps {
  title: string;
  hint?: ReactNode;
  aside?: ReactNode;
  foot?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Card({ title, hint, aside, foot, className = "", children }: CardProps): ReactElement {
  return (
    <section className={`card ${className}`} aria-label={title}>
      <header className="card-head">
        <div>
          <h2>{title}</h2>
          {hint !== undefined && <p>{hint}</p>}
        </div>
        {aside}
      </header>
      <div className="card-body">{children}</div>
      {foot !== undefined && <footer className="card-foot">{foot}</footer>}
    </section>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
}

/** What happened, and what to do about it. */
export function Empty({ title, children }: EmptyProps): ReactElement {
  return (
    <div className="empty">
      <b>{title}</b>
      {children}
    </div>
  );
}

/** What failed, where, the fix, and a button that copies all of it. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }): ReactElement {
  const problem = error instanceof Problem ? error : null;
  const message = error instanceof Error ? error.message : "Something failed.";
  const unreachable = problem === null && error instanceof TypeError;
  const detail = unreachable ? "The server does not answer. Is boxscore start still running?" : message;
  const copy = [problem?.code, detail, problem?.fix, problem?.requestId].filter(Boolean).join("\n");
  return (
    <div className="empty failure" role="alert">
      <b>{detail}</b>
      {problem?.fix && <p>{problem.fix}</p>}
      {problem?.code && <code>{problem.code}</code>}
      <div className="row">
        {retry && (
          <button className="btn" onClick={retry}>
            Try again
          </button>
        )}
        <CopyButton className="btn" text={() => copy}>
          Copy details
        </CopyButton>
      </div>
    </div>
  );
}

const SHOWN_AFTER = 150;
const EXPLAINED_AFTER = 3000;
/** Pixels in which a sentence has room. */
const ROOM = 120;

/** A placeholder of the final height, in pixels or as CSS counts it; appears only if loading takes longer than 150 ms, and says so if it takes long. */
export function Skeleton({ height }: { height: number | string }): ReactElement {
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const timers = [SHOWN_AFTER, EXPLAINED_AFTER].map((after) => setTimeout(() => setWaited(after), after));
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div className={waited ? "skeleton shown" : "skeleton"} style={{ height }} aria-busy="true">
      {waited === EXPLAINED_AFTER && (typeof height === "string" || height >= ROOM) && <p role="status">Still counting: a first look at a large project takes longer.</p>}
    </div>
  );
}

/** Title, the page's question, and what stands at its right. */
import type { ReactElement, ReactNode } from "react";

export function PageHead({ title, question, children }: { title: string; question: string; children?: ReactNode }): ReactElement {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        <p>{question}</p>
      </div>
      {children}
    </div>
  );
}

/** Words of the program in which `code` stands between backticks. */
import type { ReactElement } from "react";

export function Told({ text }: { text: string }): ReactElement {
  return (
    <>
      {text.split("`").map((part, k) => (k % 2 ? <code key={k}>{part}</code> : part))}
    </>
  );
}

/** The same where only text can stand. */
export function plain(text: string): string {
  return text.replaceAll("`", "");
}

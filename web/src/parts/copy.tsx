/** A button that copies a text and says so. */
import { useEffect, useState, type ReactElement } from "react";

const TOLD = 2000;

interface CopyProps {
  text: () => string;
  children: string;
  className?: string;
}

export function CopyButton({ text, children, className = "btn small" }: CopyProps): ReactElement {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), TOLD);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <button className={className} onClick={() => void copy(text()).then((done) => setSaid(done ? "Copied" : "Not copied"))}>
      {said || children}
    </button>
  );
}

/** Away from this machine and without HTTPS a browser hides its clipboard; the old way still works there. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromPage(text);
  }
}

function copyFromPage(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put);
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", put);
  }
}

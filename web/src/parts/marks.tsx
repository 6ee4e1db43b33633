/** Small marks: outcome glyphs, icons, the run's letter. Each comes with a word where it stands. */
import type { ReactElement } from "react";

export type Glyph = "tp" | "fp" | "fn" | "ignored";

/** TP disc, FP diamond, FN ring. */
export function OutcomeGlyph({ of, size = 10 }: { of: Glyph; size?: number }): ReactElement {
  const c = "var(--" + (of === "ignored" ? "ink-3" : of) + ")";
  return (
    <svg className="glyph" width={size} height={size} viewBox="0 0 10 10" aria-hidden="true">
      {of === "tp" && <circle cx="5" cy="5" r="4.2" fill={c} />}
      {of === "fp" && <path d="M5 .4 9.6 5 5 9.6.4 5Z" fill={c} />}
      {of === "fn" && <circle cx="5" cy="5" r="3.4" fill="none" stroke={c} strokeWidth="2" />}
      {of === "ignored" && <path d="M1 5h8" stroke={c} strokeWidth="2" />}
    </svg>
  );
}

const ICONS = {
  runs: "M2 4h12M2 8h8M2 12h12",
  overview: "M3 13V8M8 13V3M13 13V6",
  confusion: "M2 2h12v12H2zM2 6h12M2 10h12M6 2v12M10 2v12",
  metrics: "M2 13V9M5 13V6M8 13V3M11 13V7M14 13v-3",
  slices: "M2 13 6 8.5 9 11 14 3M2 2v12h12",
  compare: "M2 3h5v10H2zM9 3h5v10H9z",
  gate: "M3.5 1.5h6l3 3v10h-9zM5.5 9l2 2 3.5-4",
  map: "M3 4h.01M7 3h.01M5 8h.01M10 6h.01M13 9h.01M4 12h.01M9 11h.01M12 13h.01",
  drift: "M1 13c3 0 3-9 5-9s2 9 5 9M5 13c3 0 3-6 5-6s2 6 5 6",
  labels: "M2 3h8l4 5-4 5H2z",
  projects: "M2 4h4l2 2h6v7H2z",
  settings: "M2 4h7M13 4h1M2 8h2M8 8h6M2 12h6M12 12h2M11 2.5v3M6 6.5v3M10 10.5v3",
  imports: "M8 2v8M4.5 7 8 10.5 11.5 7M2 13h12",
  errors: "M2 2h4v4H2zM10 2h4v4h-4zM2 10h4v4H2zM10 10h4v4h-4z",
};

export function Icon({ name }: { name: keyof typeof ICONS }): ReactElement {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name]} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}

export function Logo(): ReactElement {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
      <path d="M2 7V3a1 1 0 0 1 1-1h4M13 2h4a1 1 0 0 1 1 1v4M18 13v4a1 1 0 0 1-1 1h-4M7 18H3a1 1 0 0 1-1-1v-4M7 14v-3M10 14V6M13 14V9" />
    </svg>
  );
}

/** The square with a run's letter; A is ink, all others plum. */
export function Letter({ letter }: { letter: string }): ReactElement {
  return <span className={letter === "A" ? "letter letter-a" : "letter letter-b"}>{letter}</span>;
}

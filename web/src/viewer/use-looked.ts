/** Which mark is looked at: hovered or reached by key, clicked, or selected outside. */
import { useState } from "react";
import type { Looked } from "./panes";

/** Hovered and clicked marks; both end with their picture. */
export function useLooked(of: string, focus: string | null): Looked {
  const [held, setHeld] = useState<{ of: string; hot: string | null; pinned: string | null }>({ of, hot: null, pinned: null });
  const { hot, pinned } = held.of === of ? held : { hot: null, pinned: null };
  return {
    hot,
    pinned,
    focus,
    point: (key: string | null) => key !== hot && setHeld({ of, hot: key, pinned }),
    choose: (key: string | null) => setHeld({ of, hot, pinned: key === pinned ? null : key }),
  };
}

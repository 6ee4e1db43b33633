/** What belongs to the reader: theme and tile size, and what the colours mean. */
import type { ReactElement } from "react";
import { Card } from "../parts/card";
import { OutcomeGlyph } from "../parts/marks";
import { prefer, THEMES, TILES, usePreferences, type TileSize } from "../state/preferences";
import { setView } from "../state/view";

const THEME_NAMES = { system: "As the system", light: "Light", dark: "Dark" };

export function Reader(): ReactElement {
  const { theme, tiles } = usePreferences();
  return (
    <Card title="This browser" hint="Kept here only; links that name a theme still show it">
      <div className="settings-fields">
        <div className="settings-field">
          <span>Theme</span>
          <div className="segments" role="radiogroup" aria-label="Theme">
            {THEMES.map((one) => (
              <button
                key={one}
                role="radio"
                aria-checked={theme === one}
                onClick={() => {
                  prefer({ theme: one });
                  setView({ theme: null });
                }}
              >
                {THEME_NAMES[one]}
              </button>
            ))}
          </div>
        </div>
        <div className="settings-field">
          <span>Tiles</span>
          <div className="segments" role="radiogroup" aria-label="Tiles">
            {(Object.keys(TILES) as TileSize[]).map((one) => (
              <button key={one} role="radio" aria-checked={tiles === one} onClick={() => prefer({ tiles: one })}>
                {one.charAt(0).toUpperCase() + one.slice(1)}
              </button>
            ))}
          </div>
        </div>
      </div>
      <h3>Colours</h3>
      <p className="settings-colours">
        <span><OutcomeGlyph of="tp" /> correct</span>
        <span><OutcomeGlyph of="fp" /> false</span>
        <span><OutcomeGlyph of="fn" /> missed</span>
      </p>
      <p className="muted">
        Chosen from Okabe and Ito&apos;s palette, which protan, deutan and tritan readers tell apart; every colour comes with a shape, a dash or a word. There is no
        second palette to turn on.
      </p>
    </Card>
  );
}

/** Where a picture lies in its pane: one zoom and pan for several panes, which so stay in step. */
import type { Box } from "../api/client";

export interface Lens {
  /** 1 shows everything. */
  scale: number;
  /** Of the shown part's centre, in shares of the picture. */
  x: number;
  y: number;
}

/** A picture's and its pane's size, in pixels of the picture and of the screen. */
export interface Sheet {
  width: number;
  height: number;
  paneWidth: number;
  paneHeight: number;
}

/** On the screen a point of the picture lies at left + x · scale, top + y · scale. */
export interface Placed {
  scale: number;
  left: number;
  top: number;
}

/** A part of the picture as large as it fits, in the middle. */
export function fitted([x, y, w, h]: Box, width: number, height: number): Placed {
  const scale = Math.min(width / w, height / h);
  return { scale, left: (width - w * scale) / 2 - x * scale, top: (height - h * scale) / 2 - y * scale };
}

export const WHOLE: Lens = { scale: 1, x: 0.5, y: 0.5 };
/** Zoom goes so far at least, and until a pixel of the picture is this wide on the screen. */
const LEAST_MOST = 12;
const WIDEST_PIXEL = 16;

function fitOf({ width, height, paneWidth, paneHeight }: Sheet): number {
  return Math.max(1e-6, Math.min(paneWidth / Math.max(1, width), paneHeight / Math.max(1, height)));
}

/** The lens with its centre where the picture still fills the pane, or in the middle of what it cannot fill. */
export function within({ scale, x, y }: Lens, sheet: Sheet): Lens {
  const fit = fitOf(sheet);
  const s = Math.min(Math.max(LEAST_MOST, WIDEST_PIXEL / fit), Math.max(1, scale));
  const hold = (v: number, pane: number, picture: number) => {
    const half = pane / (picture * fit * s) / 2;
    return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, v));
  };
  return { scale: s, x: hold(x, sheet.paneWidth, sheet.width), y: hold(y, sheet.paneHeight, sheet.height) };
}

export function placed(lens: Lens, sheet: Sheet): Placed {
  const scale = fitOf(sheet) * lens.scale;
  return {
    scale,
    left: sheet.paneWidth / 2 - lens.x * sheet.width * scale,
    top: sheet.paneHeight / 2 - lens.y * sheet.height * scale,
  };
}

/** Zoom so that the point of the pane at (px, py) stays where it is. */
export function zoomed(lens: Lens, by: number, sheet: Sheet, px = sheet.paneWidth / 2, py = sheet.paneHeight / 2): Lens {
  const fit = fitOf(sheet);
  const { scale } = within({ ...lens, scale: lens.scale * by }, sheet);
  const shift = 1 / (fit * lens.scale) - 1 / (fit * scale);
  const x = lens.x + ((px - sheet.paneWidth / 2) * shift) / sheet.width;
  const y = lens.y + ((py - sheet.paneHeight / 2) * shift) / sheet.height;
  return within({ scale, x, y }, sheet);
}

/** The picture moved by pixels of the screen. */
export function panned(lens: Lens, dx: number, dy: number, sheet: Sheet): Lens {
  const { scale } = placed(lens, sheet);
  return within({ ...lens, x: lens.x - dx / (scale * sheet.width), y: lens.y - dy / (scale * sheet.height) }, sheet);
}

/** The lens that shows a part of the picture. */
export function around([x, y, w, h]: Box, sheet: Sheet): Lens {
  const scale = Math.min(sheet.paneWidth / w, sheet.paneHeight / h) / fitOf(sheet);
  return within({ scale, x: (x + w / 2) / sheet.width, y: (y + h / 2) / sheet.height }, sheet);
}

/** The part of the picture that the pane shows. */
export function shownPart(lens: Lens, sheet: Sheet): Box {
  const { scale, left, top } = placed(lens, sheet);
  const x = Math.max(0, -left / scale);
  const y = Math.max(0, -top / scale);
  return [x, y, Math.min(sheet.width - x, sheet.paneWidth / scale), Math.min(sheet.height - y, sheet.paneHeight / scale)];
}

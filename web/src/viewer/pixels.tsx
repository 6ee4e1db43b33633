/** A picture under a zoom: small ones whole, large ones small at first and sharp where one looks. */
import { useEffect, useState, type ReactElement } from "react";
import { cropUrl, imageUrl, thumbnailUrl, type Box, type ItemId } from "../api/client";
import { NoPicture, Picture } from "../errors/grid";
import { placed, shownPart, type Lens, type Sheet } from "./sheet";

/** Pixels beyond which a browser should not hold the whole picture. */
const LARGE = 6_000_000;
const OVERVIEW = 2048;
/** What is looked at for so long, in ms, is fetched sharp. */
const REST = 140;

type Pictured = ItemId & { width: number; height: number; has_pixels: boolean };

function isLarge({ width, height }: Pictured): boolean {
  return width * height > LARGE;
}

/** What is shown of a picture first; null without pixels. */
export function pictureOf(item: Pictured): string | null {
  if (!item.has_pixels) return null;
  return isLarge(item) ? thumbnailUrl(item, OVERVIEW) : imageUrl(item);
}

interface Props {
  item: ItemId & { title: string; width: number; height: number; has_pixels: boolean };
  sheet: Sheet;
  lens: Lens;
  alt: string;
  /** One of many frames: it is decoded before it is shown. */
  frame: boolean;
}

export function Pixels({ item, sheet, lens, alt, frame }: Props): ReactElement {
  const at = placed(lens, sheet);
  const src = pictureOf(item);
  const detail = useDetail(src !== null && isLarge(item) ? item : null, sheet, lens);
  const style = { width: item.width * at.scale, height: item.height * at.scale, transform: `translate(${at.left}px, ${at.top}px)` };
  if (src === null) return <div className="stage-layer bare" style={style}><NoPicture name={item.title} /></div>;
  return (
    <div className="stage-layer" style={style}>
      <Picture src={src} alt={alt} name={item.title} sync={frame} />
      {detail && (
        <img className="detail" src={detail.src} alt="" draggable={false} style={insetOf(detail.part, item.width, item.height)} />
      )}
    </div>
  );
}

function insetOf([x, y, w, h]: Box, width: number, height: number) {
  const share = (v: number, of: number) => `${(100 * v) / of}%`;
  return { left: share(x, width), top: share(y, height), width: share(w, width), height: share(h, height) };
}

interface Detail {
  src: string;
  part: Box;
}

/** The part that is shown, on a grid so that small moves need nothing new; null while the overview is sharp enough. */
function useDetail(item: ItemId | null, sheet: Sheet, lens: Lens): Detail | null {
  const [held, setHeld] = useState<(Detail & { of: string }) | null>(null);
  const { scale } = placed(lens, sheet);
  const sharp = OVERVIEW / Math.max(sheet.width, sheet.height) >= scale * (window.devicePixelRatio || 1);
  const part = gridded(shownPart(lens, sheet), sheet);
  const of = item ? `${item.data_hash}:${item.frame}` : "";
  const src = item && !sharp ? cropUrl(item, part, OVERVIEW) : null;
  const [x, y, w, h] = part;
  useEffect(() => {
    if (src === null) return;
    let gone = false;
    const timer = setTimeout(() => {
      const image = new Image();
      image.src = src;
      image.decode().then(() => !gone && setHeld({ src, part: [x, y, w, h], of }), () => undefined);
    }, REST);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [src, of, x, y, w, h]);
  return held?.of === of && !sharp ? held : null;
}

/** The part widened to steps of an eighth of what is seen, and kept on the picture. */
function gridded([x, y, w, h]: Box, sheet: Sheet): Box {
  const step = 2 ** Math.round(Math.log2(Math.max(w, h) / 8));
  const low = (v: number) => Math.max(0, Math.floor(v / step - 1) * step);
  const left = low(x);
  const top = low(y);
  const high = (v: number, most: number) => Math.min(most, Math.ceil(v / step + 1) * step);
  return [left, top, high(x + w, sheet.width) - left, high(y + h, sheet.height) - top];
}

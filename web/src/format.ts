/** Numbers as people of the field write them. Undefined is a dash, never 0. */

export const DASH = "—";

type Maybe = number | null | undefined;

/** With a true minus, and none before a zero. */
export function minus(number: string): string {
  return number.replace("-", Number(number) === 0 ? "" : "−");
}

/** .300 for 0.3; 1.000 for 1; a dash for undefined. */
export function score(value: Maybe, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return minus(value.toFixed(digits).replace(/^(-?)0\./, "$1."));
}

/** 46.6 for 0.466. */
export function percent(value: Maybe): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return minus((value * 100).toFixed(1));
}

/** −.114 or +.012, with a true minus. */
export function signed(value: Maybe, written: (value: number) => string = score): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return `${value < 0 ? "−" : "+"}${written(Math.abs(value))}`;
}

/** As a person sets a threshold: .23. */
export function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Any size with four digits: .3142, 21.5, 355 800. */
export function short(value: Maybe): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const rounded = Number(value.toPrecision(4));
  if (Math.abs(rounded) >= 1000) return minus(whole(Math.round(rounded)));
  return minus(String(rounded).replace(/^(-?)0\./, "$1."));
}

/** 12 345 with a narrow no-break space. */
export function whole(value: Maybe): string {
  if (value === null || value === undefined) return DASH;
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

const COUNTED = /(?<![\w.,-])\d{4,}(?= (?:objects?|predictions?|answers?|images?|lost|gained|px|%))/g;

/** A sentence of the server with its counts written as `whole` does; names and identifiers stay. */
export function spaced(sentence: string): string {
  return sentence.replace(COUNTED, (digits) => whole(Number(digits)));
}

/** 5.7 MB: powers of a thousand, as disks are sold. */
export function bytes(value: number): string {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]] as const) {
    if (value >= size) return `${(value / size).toFixed(value < 10 * size ? 1 : 0)} ${unit}`;
  }
  return `${value} B`;
}

/** "1 image", "2 images". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

export const KIND_NAMES: Record<string, string> = {
  class: "Wrong class",
  location: "Poor box",
  both: "Wrong class and box",
  duplicate: "Duplicate",
  background: "Nothing there",
  missed: "Missed",
};

/** Why an object is missed: what became of the prediction that came closest. */
export const MISS_NAMES: Record<string, string> = {
  nothing: "Nothing predicted there",
  below_confidence: "Below the confidence",
  wrong_class: "Wrong class",
  poor_box: "Poor box",
  taken: "Its prediction found another label",
  beyond_limit: "Beyond the most per image",
};

export const OUTCOME_NAMES: Record<string, string> = {
  tp: "Correct",
  fp: "False positive",
  fn: "Missed",
  ignored: "Ignored",
  all: "Everything",
};

const VIDEO = /\.(avi|m4v|mkv|mov|mp4|mpe?g|webm)$/i;

/** The title of an image; of a frame of a video also which one. */
export function titleOf({ title, frame }: { title: string; frame: number }): string {
  return frame > 0 || VIDEO.test(title) ? `${title}, frame ${whole(frame)}` : title;
}

/** Which conditions of the filter a page can honour; what it cannot is said on the chip. */
import { formatSlice, parseSlice, type SliceKey } from "./slice";
import type { Page, View } from "./url";

/** Conditions on images, on the classes of objects, on what a run made of objects, and on the objects themselves. */
export type Family = "images" | "classes" | "outcomes" | "objects";

const ALL = "";
const WHOLE_SCORES = "the scores above it are of the whole project.";
const NO_OBJECTS = "This page lists no single objects: it holds on the Errors page.";

/** Why a page leaves a family out, or what of it does; empty: it honours all of it. */
const REASONS: Record<Page, Record<Family, string>> = {
  runs: scores(NO_OBJECTS),
  overview: scores(NO_OBJECTS),
  errors: scores(ALL),
  confusion: scores(NO_OBJECTS),
  slices: scores(NO_OBJECTS),
  compare: scores("Choose a cell of the flips instead: objects are followed from run to run here."),
  map: scores("The map shows all objects of the images."),
  metrics: { images: ALL, classes: ALL, objects: ALL, outcomes: "Values are of all labels, or of all predictions, whatever becomes of them at one threshold." },
  labels: { images: ALL, classes: ALL, objects: ALL, outcomes: "A label is suspected by all runs together, whatever one makes of it at one threshold: choose a kind instead." },
  drift: { images: ALL, classes: ALL, objects: ALL, outcomes: "Images and labels are compared, whatever a run makes of them." },
  gate: {
    images: ALL,
    classes: "Rules name their own classes.",
    objects: "Rules are about numbers; what lists show changes none.",
    outcomes: "Rules are about numbers; what lists show changes none.",
  },
  settings: nothing("Settings are of the whole project."),
  imports: nothing("Imports are whole."),
  projects: nothing("This is the list of projects."),
};

/** Images and classes count in all numbers; what is said of objects, in lists. */
function scores(objects: string): Record<Family, string> {
  return { images: ALL, classes: ALL, outcomes: objects, objects };
}

function nothing(why: string): Record<Family, string> {
  return { images: why, classes: why, outcomes: why, objects: why };
}

/** What a page does not know of a family although it honours it elsewhere. */
const PARTS: Partial<Record<Page, Partial<Record<Family, string>>>> = {
  runs: { classes: "In precision and recall; AP is of all classes." },
  overview: { classes: "Not in the error budget, the calibration and the protocol's intervals: they are of all classes." },
  slices: { classes: "Not in the weak slices: classes are searched among them." },
  metrics: {
    classes: "In metrics of objects; those of images are of whole images.",
    objects: "In metrics of objects; not in those of images, nor in the run's precision and recall.",
  },
  labels: {
    images: `In the queue; ${WHOLE_SCORES}`,
    classes: `In the queue, by the label or the suggested one; ${WHOLE_SCORES}`,
    objects: `In the queue, by the label or the suggested one; ${WHOLE_SCORES}`,
  },
  drift: {
    classes: "In labels; images are compared as they are.",
    objects: "In labels; images are compared as they are.",
  },
  gate: { images: "Not in what other tools print: that is of all images." },
};

const OF_A_LIST = "An overlap is with what a list shows as the partner, at one threshold: it holds on the Errors page.";

/** Conditions on objects that a page has nothing to hold against, although it honours others. */
const KEYS: Partial<Record<Page, Partial<Record<SliceKey, string>>>> = {
  metrics: { "object.iou": OF_A_LIST },
  labels: { "object.iou": OF_A_LIST },
  drift: { "object.iou": OF_A_LIST, "object.confidence": "Labels are compared, and a label has no confidence." },
};

export interface Honour {
  /** Whether the page uses it. */
  used: boolean;
  /** Why it does not, or where it does not; empty: everywhere. */
  why: string;
}

/** `of`: how many classes are chosen, or the key of a condition on objects. */
export function honourOf(page: Page, family: Family, of: { count?: number; key?: SliceKey } = {}): Honour {
  if (page === "compare" && family === "classes" && (of.count ?? 1) !== 1) return { used: false, why: "Objects are followed for one class or for all: choose a single one." };
  const why = (of.key && KEYS[page]?.[of.key]) || REASONS[page][family];
  return why ? { used: false, why } : { used: true, why: PARTS[page]?.[family] ?? "" };
}

/** What a page asks of the server where nothing is judged: images and objects in one slice, and class ids. */
export interface Narrowed {
  slice?: string;
  classes?: string;
}

/** The filter as such a page honours it; `but`: the condition whose values are shown, which is lifted. */
export function narrowed(view: View, but?: SliceKey): Narrowed {
  const objects = parseSlice(view.among).filter(({ key }) => honourOf(view.page, "objects", { key }).used);
  const slice = formatSlice([...parseSlice(view.slice), ...objects].filter(({ key, not }) => key !== but || not));
  return { ...(slice === null ? {} : { slice }), ...(view.classes.length ? { classes: view.classes.join(",") } : {}) };
}

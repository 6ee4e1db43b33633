/** Which conditions of the filter a page can honour; what it cannot is said on the chip. */
import type { Page } from "./url";

/** Conditions on images, on the classes of objects, and on the objects that lists show. */
export type Family = "images" | "classes" | "objects";

const ALL = "";
const NO_OBJECTS = "This page lists no single objects: it holds on the Errors page.";

/** Why a page leaves a family out, or what of it does; empty: it honours all of it. */
const REASONS: Record<Page, Record<Family, string>> = {
  runs: { images: ALL, classes: ALL, objects: NO_OBJECTS },
  overview: { images: ALL, classes: ALL, objects: NO_OBJECTS },
  errors: { images: ALL, classes: ALL, objects: ALL },
  confusion: { images: ALL, classes: ALL, objects: NO_OBJECTS },
  slices: { images: ALL, classes: ALL, objects: NO_OBJECTS },
  compare: { images: ALL, classes: ALL, objects: "Choose a cell of the flips instead: objects are followed from run to run here." },
  map: { images: ALL, classes: ALL, objects: "The map shows all objects of the images." },
  metrics: {
    images: "Distributions and findings are of all images, so that outliers stay outliers.",
    classes: "Distributions and findings are of all classes.",
    objects: "Distributions and findings are of all objects.",
  },
  labels: {
    images: "Suspects are of the whole project: one decision counts for everybody.",
    classes: "Suspects are of the whole project: choose a kind instead.",
    objects: "Suspects are of the whole project: choose a kind instead.",
  },
  drift: {
    images: "Choose the two sides on the page.",
    classes: "Drift is of all classes.",
    objects: NO_OBJECTS,
  },
  settings: { images: "Settings are of the whole project.", classes: "Settings are of the whole project.", objects: "Settings are of the whole project." },
  imports: { images: "Imports are whole.", classes: "Imports are whole.", objects: "Imports are whole." },
  gate: {
    images: "Rules name their own images: write where: into the rule.",
    classes: "Rules name their own classes.",
    objects: "Rules are about numbers, not about single objects.",
  },
  projects: { images: "This is the list of projects.", classes: "This is the list of projects.", objects: "This is the list of projects." },
};

/** What a page does not know of a family although it honours it elsewhere. */
const PARTS: Partial<Record<Page, Partial<Record<Family, string>>>> = {
  runs: { classes: "In precision and recall; AP is of all classes." },
  overview: { classes: "Not in the error budget, the calibration and the protocol's intervals: they are of all classes." },
  slices: { classes: "Not in the weak slices: classes are searched among them." },
};

export interface Honour {
  /** Whether the page uses it. */
  used: boolean;
  /** Why it does not, or where it does not; empty: everywhere. */
  why: string;
}

export function honourOf(page: Page, family: Family, count = 1): Honour {
  if (page === "compare" && family === "classes" && count !== 1) return { used: false, why: "Objects are followed for one class or for all: choose a single one." };
  const why = REASONS[page][family];
  return why ? { used: false, why } : { used: true, why: PARTS[page]?.[family] ?? "" };
}

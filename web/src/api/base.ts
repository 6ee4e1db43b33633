const PATH = /^(\/t\/[\w-]{20,100}(?=\/))?(\/p\/[0-9a-f]{12}(?=\/))?/.exec(window.location.pathname);
/** Where this server is: `/t/TOKEN` in a notebook's frame, which gets no cookies; else nothing. */
export const ROOT = PATH?.[1] ?? "";
/** Whether the address names a project, `/p/ID`; else the server's only one is meant. */
export const CHOSEN = PATH?.[2] !== undefined;
/** Where this app's project is. */
export const BASE = ROOT + (PATH?.[2] ?? "");

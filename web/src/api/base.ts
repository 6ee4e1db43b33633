/** Where this app's project is: `/p/ID` of the address, or nothing for the server's only one. */
export const BASE = /^\/p\/[0-9a-f]{12}(?=\/)/.exec(window.location.pathname)?.[0] ?? "";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The build lands in the Python package and is committed, so its output must not vary.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/boxscore/api/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});

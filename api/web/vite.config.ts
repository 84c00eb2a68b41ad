import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const WORKER = "field/worker.js";

/** Tells the phone's service worker which files the page is made of: it keeps just these, by their hashed names. */
function kept(): Plugin {
  return {
    name: "gridgov-kept",
    apply: "build",
    generateBundle(_options, bundle) {
      const page = Object.values(bundle).filter(
        (file) => file.type === "chunk" && file.isEntry && file.name === "field",
      );
      const wanted = new Set<string>();
      const follow = (name: string): void => {
        const file = bundle[name];
        if (!file || wanted.has(name)) return;
        wanted.add(name);
        if (file.type !== "chunk") return;
        for (const next of [...file.imports, ...file.dynamicImports]) follow(next);
        for (const next of [...(file.viteMetadata?.importedCss ?? []), ...(file.viteMetadata?.importedAssets ?? [])])
          follow(next);
      };
      for (const chunk of page) follow(chunk.fileName);
      const worker = Object.keys(bundle).filter((name) => /maplibre.*worker/.test(name));
      // Each once: a cache refuses a list that names a file twice.
      const files = [...new Set([...wanted, ...worker])].filter((name) => !name.endsWith(".map")).sort();
      const code = readFileSync(resolve(import.meta.dirname, "src", WORKER), "utf8");
      const version = hashed([...files, code].join("\n"));
      this.emitFile({
        type: "asset",
        fileName: "field-worker.js",
        source: code.replace("__FILES__", JSON.stringify(files)).replace("__VERSION__", version),
      });
    },
  };
}

/** FNV-1a, 32 bits: names a version, protects nothing. */
function hashed(text: string): string {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state.toString(36);
}

export default defineConfig({
  base: "/app/",
  plugins: [kept()],
  worker: { format: "es" },
  build: {
    outDir: "../pages",
    emptyOutDir: true,
    // The oldest that has all these pages need; below it they say so.
    target: ["chrome100", "safari15.4", "firefox102"],
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { field: "field.html", command: "command.html", desk: "desk.html" },
    },
  },
  test: { include: ["tests/**/*.test.ts"], setupFiles: ["fake-indexeddb/auto"] },
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";
import { TARGET, tooYoung } from "./oldest.ts";

const WORKER = "field/worker.js";

/** The files that the phone's page is made of, each once: a cache refuses a list that names a file twice. */
function filesOfPhone(bundle: Rolldown.OutputBundle): string[] {
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
  for (const file of Object.values(bundle)) {
    if (file.type === "chunk" && file.isEntry && file.name === "field") follow(file.fileName);
    if (/maplibre.*worker/.test(file.fileName)) wanted.add(file.fileName);
  }
  return [...wanted].filter((name) => !name.endsWith(".map")).sort();
}

/** Tells the phone's service worker which files the page is made of: it keeps just these, by their hashed names. */
function kept(): Plugin {
  return {
    name: "gridgov-kept",
    apply: "build",
    // Late: a chunk of styles alone is taken out again, and a cache refuses a list that names a file that is not there.
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const files = filesOfPhone(bundle);
        const code = readFileSync(resolve(import.meta.dirname, "src", WORKER), "utf8");
        const shell = readFileSync(resolve(import.meta.dirname, "field.html"), "utf8");
        const version = hashed([...files, shell, code].join("\n"));
        this.emitFile({
          type: "asset",
          fileName: "field-worker.js",
          source: code.replace("__FILES__", JSON.stringify(files)).replace("__VERSION__", version),
        });
      },
    },
  };
}

/** Holds the phone's page to the oldest browsers that it is said to work in. */
function held(): Plugin {
  return {
    name: "gridgov-held",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const young = filesOfPhone(bundle).flatMap((name) => {
          const file = bundle[name];
          const text = file?.type === "chunk" ? file.code : file?.source;
          return /\.(js|css)$/.test(name) && typeof text === "string" ? tooYoung(name, text) : [];
        });
        if (young.length) this.error(`Too young for the phones that are promised:\n${young.join("\n")}`);
      },
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
  plugins: [kept(), held()],
  worker: { format: "es" },
  build: {
    outDir: "../pages",
    emptyOutDir: true,
    // The oldest that has all these pages need; below it they say so.
    target: TARGET,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { field: "field.html", command: "command.html", desk: "desk.html" },
    },
  },
  test: { include: ["tests/**/*.test.ts"], setupFiles: ["fake-indexeddb/auto"] },
});

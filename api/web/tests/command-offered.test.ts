/** Layers that are offered for the first time to a browser that kept its choice. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Catalogue } from "../src/shared/map";

const store = new Map<string, string>();
const layer = (name: string, order: number, more: object = {}) => ({
  name,
  order,
  listed: true,
  visible: true,
  ...more,
});
const STREETS = layer("streets", 40);
const found = (layers: object[], base: object | null = null) => ({ layers, base_map: base }) as unknown as Catalogue;
const BEFORE = found([STREETS]);
const AFTER = found([STREETS], { attribution: "" });
const layers = (...names: string[]) => names.map((name) => ({ name, opacity: 1 }));

/** The page as it is opened anew in the same browser. */
async function opened() {
  vi.resetModules();
  const [view, state] = await Promise.all([import("../src/command/view"), import("../src/command/state")]);
  return {
    ...view,
    sees: (catalogue: Catalogue): string[] => {
      state.catalogue.value = catalogue;
      return state.shown.value.map(({ name }) => name);
    },
  };
}

beforeEach(() => {
  store.clear();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => store.set(key, value),
  });
});

describe("a base map that is configured later", () => {
  it("is shown on a wall that is open, and under all else", async () => {
    const page = await opened();
    page.showFirst(null, layers("streets"));
    expect(page.sees(BEFORE)).toEqual(["streets"]);
    expect(page.sees(AFTER)).toEqual(["base_map", "streets"]);
  });

  it.each([
    ["and whose address names none", null],
    ["and whose address says the same", layers("streets")],
  ])("is shown to a browser that kept its layers, %s", async (_, linked) => {
    const before = await opened();
    before.showFirst(null, layers("streets"));
    before.sees(BEFORE);
    const page = await opened();
    page.showFirst(linked, layers("streets"));
    expect(page.sees(AFTER)).toEqual(["base_map", "streets"]);
  });

  it("stays off once it was switched off", async () => {
    const before = await opened();
    before.showFirst(null, layers("streets"));
    before.sees(BEFORE);
    before.sees(AFTER);
    before.toggle("base_map");
    const page = await opened();
    page.showFirst(null, layers("streets"));
    expect(page.sees(AFTER)).toEqual(["streets"]);
  });

  it("is not added to a link that somebody else sent", async () => {
    const before = await opened();
    before.showFirst(null, layers("streets"));
    before.sees(BEFORE);
    const page = await opened();
    page.showFirst(layers("heat"), layers("streets"));
    expect(page.sees(AFTER)).toEqual(["heat"]);
  });
});

describe("a layer that is offered later", () => {
  it("takes no place of one of its group that somebody chose", async () => {
    const page = await opened();
    const [rates, loads] = [
      layer("rates", 20, { group: "cells" }),
      layer("loads", 21, { group: "cells", visible: false }),
    ];
    page.showFirst(null, layers("loads"));
    expect(page.sees(found([loads]))).toEqual(["loads"]);
    expect(page.sees(found([rates, loads]))).toEqual(["loads"]);
  });
});

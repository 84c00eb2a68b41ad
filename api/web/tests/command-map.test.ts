import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import { overlays } from "../src/command/overlays";
import {
  addressOf,
  atNight,
  type Catalogue,
  contrast,
  GROUNDS,
  type Layer,
  layersOf,
  type Look,
  type Paint,
  STAGE_SIGNS,
  styleOf,
} from "../src/shared/map";

const paint = (more: Partial<Paint> = {}): Paint => ({
  fill: true,
  fillColor: "#c9dfbb",
  fillOpacity: 0.8,
  stroke: true,
  color: "#8a7a66",
  weight: 2,
  opacity: 0.7,
  dashArray: null,
  radius: 5,
  ...more,
});
const words = { zh: "无", en: "None" };
const layer = (name: string, shape: Layer["shape"], look: Look, more: Partial<Layer> = {}): Layer => ({
  name,
  title: words,
  shape,
  order: 1,
  zoom: [0, 20],
  group: null,
  visible: true,
  listed: true,
  label: null,
  note: null,
  look,
  fields: [],
  tiles: `/tiles/${name}/{z}/{x}/{y}.mvt`,
  periodic: false,
  version: "abc",
  ...more,
});
const plain: Look = { kind: "plain", paint: paint({ dashArray: "5 4" }) };
const classes: Look = {
  kind: "class",
  column: "reports",
  classes: [
    { upTo: 1, title: words, paint: paint({ fillColor: "#fff7bc" }) },
    { upTo: 9, title: words, paint: paint({ fillColor: "#d95f0e" }) },
  ],
  none: { title: words, paint: paint({ fillColor: "#ffffff", fillOpacity: 0.25 }) },
  unknown: { title: words, paint: paint({ fillColor: "#d0d4d7" }) },
};
const byKind: Look = {
  kind: "value",
  column: "kind",
  values: {
    main: { title: words, paint: paint({ fill: false, weight: 3 }), count: 2 },
    lane: { title: words, paint: paint({ fill: false, weight: 1 }), count: 3 },
  },
};
const ranks: Look = { kind: "rank", column: "rank", paints: [paint(), paint({ fillColor: "#0072b2" })] };
const catalogue: Catalogue = {
  grids: [{ district_code: "370102", version: 1, valid_from: "1990-01-01T08:00:00+08:00" }],
  bounds: [117, 36.5, 117.2, 36.7],
  center: [117.1, 36.6],
  at: "2026-03-05T14:30:00+08:00",
  since: "2026-03-04T14:30:00+08:00",
  until: "2026-03-05T14:30:00+08:00",
  layers: [
    layer("streets", "polygon", plain, { label: "name" }),
    layer("cells", "polygon", classes, { periodic: true }),
    layer("roads", "line", byKind, { label: "name" }),
    layer("whistle_parts", "mixed", ranks, { label: "share", periodic: true }),
    layer("incidents", "point", byKind, { periodic: true }),
    layer("incidents_by_stage", "point", byKind, { periodic: true }),
  ],
  base_map: { name: "省底图", attribution: "省厅", tiles: "/base/{z}/{x}/{y}", zoom: [0, 18] },
};
const NOBODY = { type: "FeatureCollection" as const, features: [] };
/** All that a layer of a type can be seen by. */
const OPACITIES: Record<string, string[]> = {
  fill: ["fill-opacity"],
  line: ["line-opacity"],
  circle: ["circle-opacity", "circle-stroke-opacity"],
  symbol: ["text-opacity"],
  raster: ["raster-opacity"],
};
const scene = (ground: "day" | "night") => ({
  shown: ["base_map", ...catalogue.layers.map(({ name }) => name)].map((name) => ({ name, opacity: 0.5 })),
  ground,
  tongue: "zh" as const,
  sight: { asOf: null, land: null },
  origin: "http://here",
});

describe("the style", () => {
  it.each(["day", "night"] as const)("is one that MapLibre takes, by %s", (ground) => {
    expect(validateStyleMin(styleOf(catalogue, scene(ground)))).toEqual([]);
  });

  it("asks nobody but this server, and for no glyphs", () => {
    const style = styleOf(catalogue, scene("day"));
    expect(style).not.toHaveProperty("glyphs");
    for (const source of Object.values(style.sources)) {
      const [address] = (source as { tiles: string[] }).tiles;
      expect(address).toMatch(/^http:\/\/here\//);
    }
  });

  it("draws layers in the order that is asked for, and names over them", () => {
    const ids = styleOf(catalogue, scene("day")).layers.map(({ id }) => id);
    expect(ids.indexOf("streets:line")).toBeLessThan(ids.indexOf("cells:fill"));
    expect(ids.indexOf("cells:fill")).toBeLessThan(ids.indexOf("streets:label"));
    expect(ids.indexOf("streets:label")).toBeLessThan(ids.indexOf("incidents:one"));
  });

  it("lays marks of incidents and of the page's own where the list has them, with names below under them", () => {
    const mark = (id: string) => ({ id, type: "circle" as const, source: "people", paint: {} });
    const more = { sources: {}, named: { people: [mark("people:mark")] }, top: [mark("chosen:ring")] };
    const shown = ["streets", "people", "incidents", "roads", "cells"].map((name) => ({ name, opacity: 1 }));
    const ids = styleOf(catalogue, { ...scene("day"), shown, more }).layers.map(({ id }) => id);
    const wanted = ["streets:label", "people:mark", "incidents:sign", "roads:line", "cells:fill", "roads:label"];
    expect(ids.filter((id) => wanted.includes(id))).toEqual(wanted);
    expect(ids.at(-1)).toBe("chosen:ring");
  });

  it("lets nothing of a layer stay as strong as it was when it is let fade", () => {
    const half = scene("day");
    const full = { ...half, shown: half.shown.map(({ name }) => ({ name, opacity: 1 })) };
    const people = (opacity: number) => overlays(null, "day", { features: NOBODY, opacity }).named["people"] ?? [];
    const [strong, weak] = [
      [...styleOf(catalogue, full).layers, ...people(1)],
      [...styleOf(catalogue, half).layers, ...people(0.5)],
    ];
    expect(weak.map(({ id }) => id)).toEqual(strong.map(({ id }) => id));
    for (const [at, one] of weak.entries()) {
      for (const of of OPACITIES[one.type] ?? []) {
        const paintOf = (layer: (typeof weak)[number] | undefined) => (layer?.paint as Record<string, unknown>)[of];
        expect(paintOf(one), `${one.id}: ${of}`).toBeDefined();
        expect(paintOf(one), `${one.id}: ${of}`).not.toEqual(paintOf(strong[at]));
      }
    }
  });
});

describe("a look", () => {
  it("of classes goes by the rank that travels with the tile", () => {
    const [fill] = layersOf(catalogue.layers[1] as Layer, { ground: "day", opacity: 1 });
    expect(fill?.paint).toMatchObject({
      "fill-color": ["match", ["coalesce", ["get", "rank"], -2], -1, "#ffffff", 0, "#fff7bc", 1, "#d95f0e", "#d0d4d7"],
    });
  });

  it("of classes keeps its colours by night, so that the legend stays true", () => {
    const colours = (ground: "day" | "night") =>
      layersOf(catalogue.layers[1] as Layer, { ground, opacity: 1 })[0]?.paint as Record<string, unknown>;
    expect(colours("night")["fill-color"]).toEqual(colours("day")["fill-color"]);
  });

  it("of values is drawn like its first where a value has no name", () => {
    const [line] = layersOf(catalogue.layers[2] as Layer, { ground: "day", opacity: 1 });
    const width = (line?.paint as Record<string, unknown[]>)["line-width"];
    expect(width?.[6]).toEqual(["match", ["get", "kind"], "main", 3, "lane", 1, 3]);
  });

  it("lets through as much as is asked for", () => {
    const [fill] = layersOf(catalogue.layers[0] as Layer, { ground: "day", opacity: 0.5 });
    expect((fill?.paint as Record<string, unknown>)["fill-opacity"]).toBeCloseTo(0.4);
  });
});

describe("colours", () => {
  it("of names are read on both grounds (WCAG AA)", () => {
    for (const { ink, ground, halo } of Object.values(GROUNDS)) {
      expect(contrast(ink, ground)).toBeGreaterThan(4.5);
      expect(contrast(ink, halo)).toBeGreaterThan(4.5);
    }
  });

  it("of every stage's sign are read on its mark", () => {
    for (const { colour, text } of Object.values(STAGE_SIGNS)) expect(contrast(colour, text)).toBeGreaterThan(4.5);
  });

  it("of stages have a sign of their own in each tongue", () => {
    for (const tongue of ["zh", "en"] as const) {
      const signs = Object.values(STAGE_SIGNS).map(({ sign }) => sign[tongue]);
      expect(new Set(signs).size).toBe(signs.length);
    }
  });

  it("turn round by night: white roads grow dark, dark borders light", () => {
    expect(contrast(atNight("#ffffff"), GROUNDS.night.ground)).toBeLessThan(2);
    expect(contrast(atNight("#16212b"), GROUNDS.night.ground)).toBeGreaterThan(7);
  });
});

describe("an address of tiles", () => {
  const here = "http://here";
  const then = "2026-03-05T14:30:00+08:00";
  const asking = (names: string[], asOf: string | null = null, land: string | null = null) => ({
    shown: names.map((name) => ({ name })),
    sight: { asOf, land },
    origin: here,
  });

  it("of the land carries the version, so that a browser may keep it, whatever else is shown", () => {
    const address = `${here}/tiles/streets,roads/{z}/{x}/{y}.mvt?v=abc`;
    expect(addressOf("land", catalogue, asking([]))).toBe(address);
    expect(addressOf("land", catalogue, asking(["streets"], then))).toBe(address);
    expect(addressOf("land", catalogue, asking([], then, then))).toContain(
      "as_of=2026-03-05T14%3A30%3A00%2B08%3A00&v=",
    );
  });

  it("of what happens asks for what is shown, in one tile, and nothing else", () => {
    const address = (...names: string[]) => addressOf("live", catalogue, asking(names));
    expect(address("incidents")).toBe(`${here}/tiles/incidents/{z}/{x}/{y}.mvt`);
    expect(address("incidents", "whistle_parts", "streets")).toBe(
      `${here}/tiles/whistle_parts,incidents/{z}/{x}/{y}.mvt`,
    );
    expect(address("streets")).toBe("");
  });

  it("of loads names the moment that is looked at", () => {
    expect(addressOf("loads", catalogue, asking(["cells"]))).toBe(`${here}/tiles/cells/{z}/{x}/{y}.mvt`);
    expect(addressOf("loads", catalogue, asking(["cells"], then))).toContain("as_of=2026-03-05T14%3A30%3A00%2B08%3A00");
  });
});

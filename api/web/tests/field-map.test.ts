import { expect, test } from "vitest";
import type { Pack } from "../src/field/carried";
import { OWN, styleOf } from "../src/field/map/drawn";

const PAINT = {
  fill: true,
  fillColor: "#a6cbe0",
  fillOpacity: 1,
  stroke: true,
  color: "#7fb0cc",
  weight: 1,
  opacity: 1,
  dashArray: null,
  radius: 5,
};
const EMPTY = { type: "FeatureCollection", features: [] };
const NAMES = ["green", "water", "buildings", "roads", "communities", "streets", "districts"];

function pack(): Pack {
  const plain = {
    title: { zh: "", en: "" },
    order: 0,
    zoom: [0, 20],
    label: "name",
    look: { kind: "plain", paint: PAINT },
  };
  const layers = Object.fromEntries(NAMES.map((name) => [name, EMPTY]));
  const look = Object.fromEntries(NAMES.map((name) => [name, { name, ...plain }]));
  return { ...layers, cells: EMPTY, look } as unknown as Pack;
}

test.each(["day", "night"] as const)(
  "the carried map asks for nothing by %s: every layer is drawn from the phone",
  (ground) => {
    const { sources, layers, glyphs, sprite } = styleOf(pack(), ground);
    expect(Object.keys(sources).sort()).toEqual([...NAMES, "cells", "cell_names", OWN].sort());
    expect(Object.values(sources).every((source) => source.type === "geojson")).toBe(true);
    expect(layers.filter((layer) => "source-layer" in layer)).toEqual([]);
    expect([glyphs, sprite]).toEqual([undefined, undefined]);
    expect(new Set(layers.map((layer) => layer.id)).size).toBe(layers.length);
  },
);

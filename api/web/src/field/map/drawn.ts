/** The carried map as MapLibre takes it: the same looks as everywhere, from what is on the phone instead of tiles. */
import type { Feature, FeatureCollection, Point } from "geojson";
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import { type Ground, GROUNDS, type Layer, layersOf } from "../../shared/map";
import { LABEL_FONTS } from "../../shared/map/looks";
import type { Cell, Pack } from "../carried";
import { ringsOf } from "../geometry";

/** From below to above. */
const CARRIED = [
  { name: "green", shape: "polygon" },
  { name: "water", shape: "polygon" },
  { name: "buildings", shape: "polygon" },
  { name: "roads", shape: "line" },
  { name: "communities", shape: "line" },
  { name: "streets", shape: "line" },
  { name: "districts", shape: "line" },
] as const;

/** The source of what a page draws itself: its features say by `as` what they are. */
export const OWN = "own";

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export function styleOf(pack: Pack, ground: Ground): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {};
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": GROUNDS[ground].ground } },
  ];
  for (const { name, shape } of CARRIED) {
    const look = pack.look[name];
    if (!look) continue;
    sources[name] = geojson(pack[name]);
    const layer: Layer = { ...UNTILED, ...look, shape };
    layers.push(...layersOf(layer, { ground, opacity: 1 }).map(withoutTiles));
  }
  sources["cells"] = geojson(pack.cells);
  sources["cell_names"] = geojson(namesOf(pack.cells.features));
  sources[OWN] = geojson(NOTHING);
  return { version: 8, sources, layers: [...layers, ...gridLayers(ground), ...ownLayers(ground)] };
}

const UNTILED: Layer = {
  name: "",
  title: { zh: "", en: "" },
  shape: "polygon",
  order: 0,
  zoom: [0, 20],
  group: null,
  visible: true,
  listed: true,
  label: null,
  note: null,
  look: { kind: "rank", column: "", paints: [] },
  fields: [],
  tiles: "",
  periodic: false,
  version: "",
};

function geojson(data: GeoJSON.GeoJSON): SourceSpecification {
  return { type: "geojson", data, tolerance: 0.2 };
}

function withoutTiles(layer: LayerSpecification): LayerSpecification {
  const plain = { ...layer };
  Reflect.deleteProperty(plain, "source-layer");
  return plain;
}

function gridLayers(ground: Ground): LayerSpecification[] {
  const { ink, halo } = GROUNDS[ground];
  return [
    {
      id: "cells:line",
      type: "line",
      source: "cells",
      minzoom: 13,
      paint: { "line-color": ground === "day" ? "#0b4f6c" : "#7cc4e3", "line-width": 1.2, "line-opacity": 0.8 },
    },
    {
      id: "cells:label",
      type: "symbol",
      source: "cell_names",
      minzoom: 14.5,
      layout: { "text-field": ["get", "name"], "text-size": 14, "text-font": LABEL_FONTS, "text-max-width": 7 },
      paint: { "text-color": ink, "text-halo-color": halo, "text-halo-width": 1.6 },
    },
  ];
}

function ownLayers(ground: Ground): LayerSpecification[] {
  const strong = ground === "day" ? "#a3341c" : "#ff9a80";
  const calm = ground === "day" ? "#0b4f6c" : "#7cc4e3";
  const only = (...kinds: string[]) => ["in", ["get", "as"], ["literal", kinds]] as never;
  return [
    layer("own:cell", "fill", only("cell"), { "fill-color": calm, "fill-opacity": 0.16 }),
    layer("own:cell-line", "line", only("cell"), { "line-color": calm, "line-width": 3 }),
    layer("own:reach", "fill", only("accuracy", "site"), { "fill-color": calm, "fill-opacity": 0.18 }),
    layer("own:reach-line", "line", only("accuracy", "site"), { "line-color": calm, "line-width": 1.5 }),
    layer("own:chosen", "fill", only("chosen"), { "fill-color": strong, "fill-opacity": 0.45 }),
    layer("own:chosen-line", "line", only("chosen"), { "line-color": strong, "line-width": 2.5 }),
    layer("own:trace", "line", only("trace"), { "line-color": calm, "line-width": 3 }),
    layer("own:step", "circle", only("step"), dot(calm, 4)),
    layer("own:here", "circle", only("here"), dot("#1769aa", 8)),
    layer("own:pin", "circle", only("pin"), dot(strong, 9)),
  ];
}

function dot(colour: string, radius: number): Record<string, unknown> {
  return {
    "circle-color": colour,
    "circle-radius": radius,
    "circle-stroke-color": "#ffffff",
    "circle-stroke-width": radius < 6 ? 1 : 3,
  };
}

function layer(id: string, type: string, filter: never, paint: Record<string, unknown>): LayerSpecification {
  return { id, type, source: OWN, filter, paint } as LayerSpecification;
}

/** A point inside each cell to write its name at: the middle of its corners is near enough. */
function namesOf(cells: readonly Cell[]): FeatureCollection<Point> {
  const features = cells.map((cell): Feature<Point> => {
    const points = ringsOf(cell.geometry)[0] ?? [];
    const mean = (axis: 0 | 1): number => points.reduce((sum, one) => sum + (one[axis] ?? 0), 0) / points.length;
    const name = cell.properties.name.replace(/^.*第(?=\d+网格)/, "第");
    return { type: "Feature", properties: { name }, geometry: { type: "Point", coordinates: [mean(0), mean(1)] } };
  });
  return { type: "FeatureCollection", features };
}

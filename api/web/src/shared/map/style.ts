/** The whole map as MapLibre takes it: ground, then layers from below to above, with names over what they name. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Tongue } from "../words";
import { addressOf, type Asking, type Catalogue, type Layer, sourceNameOf } from "./catalogue";
import { type Ground, GROUNDS } from "./colours";
import { incidentLayers, INCIDENTS } from "./incidents";
import { labelsOf, layersOf } from "./looks";

/** A layer that is shown, and how much of it is let through. */
export interface Shown {
  name: string;
  opacity: number;
}

export interface Scene extends Asking {
  /** From below to above. */
  shown: readonly Shown[];
  ground: Ground;
  tongue: Tongue;
  more?: More;
}

/** What a page draws of its own: what has a name that can be shown lies where that is shown, all else on top. */
export interface More {
  sources: Record<string, SourceSpecification>;
  named: Record<string, LayerSpecification[]>;
  top: LayerSpecification[];
}

const BASE = "base_map";
const DEEPEST_TILES = 18;

export function styleOf(catalogue: Catalogue, scene: Scene): StyleSpecification {
  const byName = new Map(catalogue.layers.map((layer) => [layer.name, layer]));
  const sources: Record<string, SourceSpecification> = {};
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": GROUNDS[scene.ground].ground } },
  ];
  // Names lie over all that lies under them in the list; marks of what happens are read before names of places.
  const labels: LayerSpecification[] = [];
  for (const { name, opacity } of scene.shown) {
    const own = scene.more?.named[name];
    if (own || INCIDENTS.has(name)) layers.push(...labels.splice(0), ...(own ?? []));
    const drawing = { ground: scene.ground, opacity };
    const layer = byName.get(name);
    if (name === BASE && catalogue.base_map) {
      sources[BASE] = rasterOf(catalogue, scene.origin);
      const dimmed = scene.ground === "night" ? { "raster-brightness-max": 0.55, "raster-saturation": -0.4 } : {};
      layers.push({ id: BASE, type: "raster", source: BASE, paint: { "raster-opacity": opacity, ...dimmed } });
    }
    if (!layer) continue;
    sources[sourceNameOf(layer)] ??= sourceOf(layer, catalogue, scene);
    const drawn = INCIDENTS.has(name) ? incidentLayers(layer, drawing, scene.tongue) : layersOf(layer, drawing);
    layers.push(...drawn.map((one) => from(layer, one)));
    const label = labelsOf(layer, drawing);
    if (label) labels.push(from(layer, label));
  }
  Object.assign(sources, scene.more?.sources);
  return { version: 8, sources, layers: [...layers, ...labels, ...(scene.more?.top ?? [])] };
}

/** A layer of a style, reading the source that its layer of the catalogue comes in. */
function from(layer: Layer, drawn: LayerSpecification): LayerSpecification {
  return { ...drawn, source: sourceNameOf(layer) } as LayerSpecification;
}

function sourceOf(layer: Layer, catalogue: Catalogue, scene: Scene): SourceSpecification {
  return {
    type: "vector",
    tiles: [addressOf(sourceNameOf(layer), catalogue, scene)],
    minzoom: 0,
    maxzoom: DEEPEST_TILES,
    ...(layer.periodic ? {} : { bounds: widened(catalogue.bounds) }),
  };
}

/** Parks and neighbours' streets lie beyond the border. */
function widened([west, south, east, north]: Catalogue["bounds"]): [number, number, number, number] {
  return [west - 0.1, south - 0.1, east + 0.1, north + 0.1];
}

function rasterOf(catalogue: Catalogue, origin: string): SourceSpecification {
  const base = catalogue.base_map;
  return {
    type: "raster",
    tiles: [`${origin}${base?.tiles ?? ""}`],
    tileSize: 256,
    minzoom: base?.zoom[0] ?? 0,
    maxzoom: base?.zoom[1] ?? DEEPEST_TILES,
  };
}

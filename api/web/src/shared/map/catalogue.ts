/** The catalogue of layers as `GET /tiles` tells it: the same that the maps in files are drawn by. */
import type { Words } from "../words";

/** Leaflet's path options, which the catalogue says all its colours in. */
export interface Paint {
  fill: boolean;
  fillColor: string | null;
  fillOpacity: number;
  stroke: boolean;
  color: string | null;
  weight: number;
  opacity: number;
  dashArray: string | null;
  radius: number;
}

export interface Entry {
  title: Words;
  paint: Paint;
}

export type Look =
  | { kind: "plain"; paint: Paint }
  | { kind: "value"; column: string; values: Record<string, Entry & { count: number }> }
  | { kind: "rank"; column: string; paints: Paint[] }
  | {
      kind: "class";
      column: string;
      classes: (Entry & { upTo: number })[];
      none: Entry;
      unknown: Entry | null;
    };

export interface Field {
  column: string;
  columnEn: string | null;
  title: Words;
  kind: "text" | "number" | "decimal" | "metres" | "share" | "time";
}

export interface Layer {
  name: string;
  title: Words;
  shape: "point" | "line" | "polygon" | "mixed";
  order: number;
  zoom: [number, number];
  group: string | null;
  visible: boolean;
  listed: boolean;
  label: string | null;
  note: Words | null;
  look: Look;
  fields: Field[];
  tiles: string;
  /** Whether it shows incidents of a period: such tiles are nobody else's and are never kept. */
  periodic: boolean;
  version: string;
}

export interface BaseMap {
  name: string;
  attribution: string;
  tiles: string;
  zoom: [number, number];
}

/** The version of a district's grid that is drawn. */
export interface GridVersion {
  district_code: string;
  version: number;
  valid_from: string;
}

export interface Catalogue {
  bounds: [number, number, number, number];
  center: [number, number];
  at: string;
  since: string;
  until: string;
  grids: GridVersion[];
  layers: Layer[];
  base_map: BaseMap | null;
}

/** The moment that a map shows; null is now, and the period the 24 hours up to it. */
export interface Sight {
  asOf: string | null;
  /** A moment of the same grid and base map: their tiles are the same ones, and a browser has them already. */
  land: string | null;
}

/** What is asked for of a catalogue, and of whom. */
export interface Asking {
  shown: readonly { name: string }[];
  sight: Sight;
  origin: string;
}

/**
 * Layers come as three sources, many layers a tile, so that a view asks for a dozen tiles and not for a hundred: what
 * hangs on the grid alone and may be kept, what happens, and what is counted over areas and moves slowly.
 */
export const LAND = "land";
export const LIVE = "live";
export const LOADS = "loads";

export function sourceNameOf(layer: Layer): string {
  if (!layer.periodic) return LAND;
  return layer.look.kind === "class" ? LOADS : LIVE;
}

/** Where the tiles of a source are; with a version a browser may keep them. Of what changes only what is shown is asked for. */
export function addressOf(source: string, catalogue: Catalogue, { shown, sight, origin }: Asking): string {
  const layers = catalogue.layers.filter(
    (layer) => sourceNameOf(layer) === source && (source === LAND || shown.some(({ name }) => name === layer.name)),
  );
  const [first] = layers;
  if (!first) return "";
  const asked = new URLSearchParams();
  const asOf = source === LAND ? sight.land : sight.asOf;
  if (asOf) asked.set("as_of", asOf);
  if (source === LAND) asked.set("v", first.version);
  const query = asked.toString();
  const path = first.tiles.replace(`/${first.name}/`, `/${layers.map((layer) => layer.name).join(",")}/`);
  return `${origin}${path}${query ? `?${query}` : ""}`;
}

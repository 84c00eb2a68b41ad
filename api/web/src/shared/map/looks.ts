/** How the catalogue's looks become MapLibre's layers. */
import type {
  DataDrivenPropertyValueSpecification as Driven,
  FilterSpecification,
  LayerSpecification,
} from "maplibre-gl";
import type { Layer, Look, Paint } from "./catalogue";
import { atNight, type Ground, GROUNDS } from "./colours";

export interface Drawing {
  ground: Ground;
  /** 0 to 1: how much of the layer is let through. */
  opacity: number;
}

const FOOTPRINTS_FROM = 13;

export const LABEL_FONTS = ["Noto Sans CJK SC", "sans-serif"];

/** Returns what MapLibre draws for a layer; the source is called as the layer is. Its labels come apart, to lie on top. */
export function layersOf(layer: Layer, drawing: Drawing): LayerSpecification[] {
  const { look } = layer;
  const paints = paintsOf(look);
  const found: LayerSpecification[] = [];
  const area = layer.shape === "polygon" || layer.shape === "mixed";
  if (area && paints.some((paint) => paint.fill)) found.push(fill(layer, drawing));
  if (layer.shape !== "point" && paints.some((paint) => paint.stroke)) found.push(line(layer, paints, drawing));
  if (layer.shape === "point" || layer.shape === "mixed") found.push(circle(layer, drawing));
  return found;
}

/** Returns the layer that writes the names, if the layer has any. */
export function labelsOf(layer: Layer, drawing: Drawing): LayerSpecification | null {
  if (layer.label === null) return null;
  const { ink, halo } = GROUNDS[drawing.ground];
  const along = layer.shape === "line";
  const named = layer.label === "name";
  const share: Driven<string> = ["concat", ["number-format", ["*", 100, ["get", layer.label]], {}], "%"] as never;
  return {
    id: `${layer.name}:label`,
    type: "symbol",
    source: layer.name,
    "source-layer": named && !along ? `${layer.name}_label` : layer.name,
    minzoom: Math.max(layer.zoom[0], along ? 13.5 : layer.name === "communities" ? 14 : named ? 11 : 15),
    layout: {
      "symbol-placement": along ? "line" : "point",
      "text-field": named ? ["coalesce", ["get", "name"], ""] : share,
      "text-size": along ? 11 : ["interpolate", ["linear"], ["zoom"], 11, 11, 16, 15],
      "text-font": LABEL_FONTS,
      "text-padding": 6,
      "text-max-width": 8,
    },
    paint: {
      "text-color": ink,
      "text-halo-color": halo,
      "text-halo-width": 1.6,
      "text-opacity": drawing.opacity,
    },
  };
}

function fill(layer: Layer, drawing: Drawing): LayerSpecification {
  // Classes keep their colours by night, as the legend has them; they only shine less.
  const glare = drawing.ground === "night" && layer.look.kind === "class" ? 0.55 : 1;
  return {
    id: `${layer.name}:fill`,
    type: "fill",
    ...shared(layer),
    ...polygonsOnly(layer),
    paint: {
      "fill-color": colourOf(layer.look, "fillColor", drawing.ground),
      "fill-opacity": number(layer.look, (paint) => (paint.fill ? paint.fillOpacity * drawing.opacity * glare : 0)),
      "fill-antialias": true,
    },
  };
}

function line(layer: Layer, paints: Paint[], drawing: Drawing): LayerSpecification {
  const dash = paints.every((paint) => paint.dashArray === paints[0]?.dashArray) ? paints[0]?.dashArray : null;
  const width = (scale: number): Driven<number> =>
    number(layer.look, (paint) => (paint.stroke ? paint.weight * scale : 0));
  return {
    id: `${layer.name}:line`,
    type: "line",
    ...shared(layer),
    layout: { "line-join": "round", "line-cap": dash ? "butt" : "round" },
    paint: {
      "line-color": colourOf(layer.look, "color", drawing.ground),
      "line-opacity": number(layer.look, (paint) => (paint.stroke ? paint.opacity * drawing.opacity : 0)),
      "line-width": ["interpolate", ["linear"], ["zoom"], 10, width(0.5), 14, width(1), 18, width(2)] as never,
      ...(dash ? { "line-dasharray": dash.split(/[ ,]+/).map((part) => Number(part) / 2) } : {}),
    },
  };
}

function circle(layer: Layer, drawing: Drawing): LayerSpecification {
  const pointsOnly: { filter?: FilterSpecification } =
    layer.shape === "mixed" ? { filter: ["==", ["geometry-type"], "Point"] } : {};
  return {
    id: `${layer.name}:circle`,
    type: "circle",
    ...shared(layer),
    ...pointsOnly,
    paint: {
      "circle-color": colourOf(layer.look, "fillColor", drawing.ground),
      "circle-opacity": number(layer.look, (paint) => (paint.fill ? paint.fillOpacity * drawing.opacity : 0)),
      "circle-radius": number(layer.look, (paint) => paint.radius),
      "circle-stroke-color": colourOf(layer.look, "color", drawing.ground),
      "circle-stroke-width": number(layer.look, (paint) => (paint.stroke ? paint.weight : 0)),
      "circle-stroke-opacity": drawing.opacity,
    },
  };
}

function shared(layer: Layer): { source: string; "source-layer": string; minzoom: number; maxzoom: number } {
  // A footprint is some metres across: from afar its tiles are asked for in vain.
  const least = layer.shape === "mixed" ? FOOTPRINTS_FROM : layer.zoom[0];
  return { source: layer.name, "source-layer": layer.name, minzoom: least, maxzoom: 24 };
}

function polygonsOnly(layer: Layer): { filter?: FilterSpecification } {
  return layer.shape === "mixed" ? { filter: ["==", ["geometry-type"], "Polygon"] } : {};
}

/** Every paint that a look may use. */
export function paintsOf(look: Look): Paint[] {
  switch (look.kind) {
    case "plain":
      return [look.paint];
    case "value":
      return Object.values(look.values).map((entry) => entry.paint);
    case "rank":
      return look.paints;
    case "class":
      return [look.none, ...look.classes, ...(look.unknown ? [look.unknown] : [])].map((entry) => entry.paint);
  }
}

/** What holds by value holds by night, too: a legend must be true of what it stands beside. */
export function colourOf(look: Look, of: "fillColor" | "color", ground: Ground): Driven<string> {
  const shown = (paint: Paint): string => shade(paint[of], look, ground);
  return chosen(look, shown) as Driven<string>;
}

/** A colour as a ground needs it: classes, ranks and points mean something and stay; the rest of the map turns dark. */
export function shade(value: string | null, look: Look, ground: Ground): string {
  const plain = value ?? "#000000";
  const meant = look.kind === "class" || look.kind === "rank";
  return ground === "night" && !meant ? atNight(plain) : plain;
}

function number(look: Look, of: (paint: Paint) => number): Driven<number> {
  return chosen(look, of) as Driven<number>;
}

function chosen(look: Look, of: (paint: Paint) => string | number): unknown {
  const all = paintsOf(look).map(of);
  const first = all[0] ?? of(NOTHING);
  if (all.every((value) => value === first)) return first;
  switch (look.kind) {
    case "plain":
      return first;
    case "value":
      return [
        "match",
        ["get", look.column],
        ...Object.entries(look.values).flatMap(([value, { paint }]) => [value, of(paint)]),
        first,
      ];
    case "rank": {
      const last = of(look.paints.at(-1) ?? NOTHING);
      return ["match", ["get", "rank"], ...look.paints.flatMap((paint, rank) => [rank, of(paint)]), last];
    }
    case "class": {
      const unknown = of((look.unknown ?? look.none).paint);
      const ranks = look.classes.flatMap(({ paint }, rank) => [rank, of(paint)]);
      return ["match", ["coalesce", ["get", "rank"], -2], -1, of(look.none.paint), ...ranks, unknown];
    }
  }
}

const NOTHING: Paint = {
  fill: false,
  fillColor: null,
  fillOpacity: 1,
  stroke: false,
  color: null,
  weight: 1,
  opacity: 1,
  dashArray: null,
  radius: 5,
};

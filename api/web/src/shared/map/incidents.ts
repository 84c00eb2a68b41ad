/** Incidents on the map: hexagons with their count from afar, marks by stage or by placement from near. */
import type { FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { Tongue } from "../words";
import { GROUNDS } from "./colours";
import type { Layer } from "./catalogue";
import { colourOf, type Drawing, LABEL_FONTS } from "./looks";
import { byStage, signOf, STAGE_SIGNS } from "./stages";

/** Layers of the catalogue that are incidents, one by one or counted. */
export const INCIDENTS = new Set(["incidents", "incidents_by_stage"]);
const BY_STAGE = "incidents_by_stage";

const MANY: FilterSpecification = ["has", "count"];
const ONE: FilterSpecification = ["!", ["has", "count"]];
const LATE = ["to-boolean", ["coalesce", ["get", "overdue"], false]];
const ALERT = { day: "#a3341c", night: "#ff9a80" };

export function incidentLayers(layer: Layer, drawing: Drawing, tongue: Tongue): LayerSpecification[] {
  const source = { source: layer.name, "source-layer": layer.name };
  const staged = layer.name === BY_STAGE;
  const { ink, halo } = GROUNDS[drawing.ground];
  const alert = ALERT[drawing.ground];
  const size = ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 11, 20, 24, 100, 40] as never;
  const lateMany = [">", ["to-number", ["coalesce", ["get", "overdue"], 0]], 0];
  const line = tongue === "zh" ? "超时 " : "late ";
  // Who takes part in more cases than the server looks through for one answer is told a count that lacks some.
  const least = ["case", ["to-boolean", ["coalesce", ["get", "at_least"], false]], "≥", ""];
  const counted = ["concat", least, ["to-string", ["get", "count"]]];
  return [
    {
      id: `${layer.name}:many`,
      type: "circle",
      ...source,
      filter: MANY,
      paint: {
        "circle-radius": size,
        "circle-color": drawing.ground === "day" ? "#0b4f6c" : "#1d5f7d",
        "circle-opacity": 0.88 * drawing.opacity,
        "circle-stroke-opacity": drawing.opacity,
        "circle-stroke-width": ["case", lateMany, 4, 1.5] as never,
        "circle-stroke-color": ["case", lateMany, alert, halo] as never,
      },
    },
    {
      id: `${layer.name}:count`,
      type: "symbol",
      ...source,
      filter: MANY,
      layout: {
        "text-field": [
          "case",
          lateMany,
          ["concat", counted, "\n", line, ["to-string", ["get", "overdue"]]],
          counted,
        ] as never,
        "text-size": 12,
        "text-font": LABEL_FONTS,
        "text-allow-overlap": true,
        "text-line-height": 1.1,
      },
      paint: {
        "text-color": "#ffffff",
        "text-halo-color": "#0b2a3a",
        "text-halo-width": 1.2,
        "text-opacity": drawing.opacity,
      },
    },
    {
      id: `${layer.name}:one`,
      type: "circle",
      ...source,
      filter: ONE,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 5, 12, 8, 14, 9, 17, 12] as never,
        "circle-color": (staged ? byStage((one) => one.colour) : colourOf(layer.look, "fillColor", "day")) as never,
        "circle-opacity": drawing.opacity,
        "circle-stroke-opacity": drawing.opacity,
        "circle-stroke-width": ["case", LATE, 3.5, ["to-boolean", ["get", "emergency"]], 3, 1.2] as never,
        "circle-stroke-color": ["case", LATE, alert, ink] as never,
      },
    },
    {
      id: `${layer.name}:sign`,
      type: "symbol",
      ...source,
      filter: ONE,
      minzoom: 12,
      layout: {
        "text-field": signs(tongue, staged) as never,
        "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 17, 14] as never,
        "text-font": LABEL_FONTS,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": (staged ? byStage((one) => one.text) : ink) as never, "text-opacity": drawing.opacity },
    },
  ];
}

/** The stage's sign; late ones wear an exclamation mark, emergencies two. */
function signs(tongue: Tongue, staged: boolean): unknown[] {
  const pairs = Object.keys(STAGE_SIGNS).flatMap((stage) => [stage, signOf(stage, tongue)]);
  const mark = ["case", ["to-boolean", ["get", "emergency"]], "‼", LATE, "!", ""];
  return staged ? ["concat", ["match", ["get", "stage"], ...pairs, "·"], mark] : mark;
}

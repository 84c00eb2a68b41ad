/** Incidents on the map: hexagons with their count from afar, marks by stage from near, heat if asked for. */
import type { FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { Tongue } from "../words";
import { GROUNDS } from "./colours";
import { type Drawing, LABEL_FONTS } from "./looks";
import { byStage, signOf, STAGE_SIGNS } from "./stages";

const SOURCE = { source: "incidents", "source-layer": "incidents" } as const;
const MANY: FilterSpecification = ["has", "count"];
const ONE: FilterSpecification = ["!", ["has", "count"]];
const LATE = ["to-boolean", ["coalesce", ["get", "overdue"], false]];
const ALERT = { day: "#a3341c", night: "#ff9a80" };

export function incidentLayers(drawing: Drawing, tongue: Tongue): LayerSpecification[] {
  const { ink, halo } = GROUNDS[drawing.ground];
  const alert = ALERT[drawing.ground];
  const size = ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 11, 20, 24, 100, 40] as never;
  const lateMany = [">", ["to-number", ["coalesce", ["get", "overdue"], 0]], 0];
  const line = tongue === "zh" ? "超时 " : "late ";
  return [
    {
      id: "incidents:many",
      type: "circle",
      ...SOURCE,
      filter: MANY,
      paint: {
        "circle-radius": size,
        "circle-color": drawing.ground === "day" ? "#0b4f6c" : "#1d5f7d",
        "circle-opacity": 0.88 * drawing.opacity,
        "circle-stroke-width": ["case", lateMany, 4, 1.5] as never,
        "circle-stroke-color": ["case", lateMany, alert, halo] as never,
      },
    },
    {
      id: "incidents:count",
      type: "symbol",
      ...SOURCE,
      filter: MANY,
      layout: {
        "text-field": [
          "case",
          lateMany,
          ["concat", ["to-string", ["get", "count"]], "\n", line, ["to-string", ["get", "overdue"]]],
          ["to-string", ["get", "count"]],
        ] as never,
        "text-size": 12,
        "text-font": LABEL_FONTS,
        "text-allow-overlap": true,
        "text-line-height": 1.1,
      },
      paint: { "text-color": "#ffffff", "text-halo-color": "#0b2a3a", "text-halo-width": 1.2 },
    },
    {
      id: "incidents:one",
      type: "circle",
      ...SOURCE,
      filter: ONE,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 4, 14, 8, 17, 12] as never,
        "circle-color": byStage((one) => one.colour) as never,
        "circle-opacity": drawing.opacity,
        "circle-stroke-width": ["case", LATE, 3.5, ["to-boolean", ["get", "emergency"]], 3, 1.2] as never,
        "circle-stroke-color": ["case", LATE, alert, ink] as never,
      },
    },
    {
      id: "incidents:sign",
      type: "symbol",
      ...SOURCE,
      filter: ONE,
      minzoom: 13,
      layout: {
        "text-field": signs(tongue) as never,
        "text-size": ["interpolate", ["linear"], ["zoom"], 13, 9, 17, 14] as never,
        "text-font": LABEL_FONTS,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": byStage((one) => one.text) as never, "text-opacity": drawing.opacity },
    },
  ];
}

/** The stage's sign; late ones wear an exclamation mark, emergencies two. */
function signs(tongue: Tongue): unknown[] {
  const pairs = Object.keys(STAGE_SIGNS).flatMap((stage) => [stage, signOf(stage, tongue)]);
  const mark = ["case", ["to-boolean", ["get", "emergency"]], "‼", LATE, "!", ""];
  return ["concat", ["match", ["get", "stage"], ...pairs, "·"], mark];
}

export function heatLayers(drawing: Drawing): LayerSpecification[] {
  return [
    {
      id: "heat",
      type: "heatmap",
      ...SOURCE,
      paint: {
        "heatmap-weight": ["interpolate", ["linear"], ["coalesce", ["get", "count"], 1], 1, 0.25, 50, 1, 1000, 3],
        "heatmap-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 9, 14, 13, 26, 17, 60],
        "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 16, 1.4],
        "heatmap-opacity": 0.8 * drawing.opacity,
        "heatmap-color": [
          "interpolate",
          ["linear"],
          ["heatmap-density"],
          0,
          "rgba(255,255,212,0)",
          0.25,
          "#fed98e",
          0.5,
          "#fe9929",
          0.75,
          "#d95f0e",
          1,
          "#993404",
        ],
      },
    },
  ];
}

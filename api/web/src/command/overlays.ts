/** What the page itself lays over the catalogue's layers: the case that is looked at, and people on duty. */
import type { Scene } from "../shared/map";
import { type Ground, GROUNDS } from "../shared/map";
import type { Story } from "./chosen";
import { asFeatures, isShown } from "./people";

const FONTS = ["Noto Sans CJK SC", "sans-serif"];

export function overlays(story: Story | null, ground: Ground): NonNullable<Scene["more"]> {
  const found: NonNullable<Scene["more"]> = { sources: {}, layers: [] };
  if (isShown()) people(found, ground);
  if (story?.incident.geometry) ring(found, story, ground);
  return found;
}

function ring(found: NonNullable<Scene["more"]>, story: Story, ground: Ground): void {
  const { ink, halo } = GROUNDS[ground];
  found.sources["chosen"] = {
    type: "geojson",
    data: { type: "Feature", geometry: story.incident.geometry as never, properties: {} },
  };
  found.layers.push(
    {
      id: "chosen:line",
      type: "line",
      source: "chosen",
      filter: ["!=", ["geometry-type"], "Point"],
      paint: { "line-color": ink, "line-width": 3 },
    },
    {
      id: "chosen:halo",
      type: "circle",
      source: "chosen",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 19,
        "circle-color": "rgba(0,0,0,0)",
        "circle-stroke-color": halo,
        "circle-stroke-width": 7,
      },
    },
    {
      id: "chosen:ring",
      type: "circle",
      source: "chosen",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 20,
        "circle-color": "rgba(0,0,0,0)",
        "circle-stroke-color": ink,
        "circle-stroke-width": 3,
      },
    },
  );
}

function people(found: NonNullable<Scene["more"]>, ground: Ground): void {
  const { halo } = GROUNDS[ground];
  found.sources["people"] = { type: "geojson", data: asFeatures() };
  found.layers.push(
    {
      id: "people:mark",
      type: "circle",
      source: "people",
      paint: {
        "circle-radius": 10,
        "circle-color": "#1b6b3a",
        "circle-stroke-color": halo,
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: "people:sign",
      type: "symbol",
      source: "people",
      layout: { "text-field": "员", "text-size": 12, "text-font": FONTS, "text-allow-overlap": true },
      paint: { "text-color": "#ffffff" },
    },
  );
}

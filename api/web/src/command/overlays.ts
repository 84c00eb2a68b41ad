/** What the page itself lays over the catalogue's layers: the case that is looked at, and people on duty. */
import { type Ground, GROUNDS, type More } from "../shared/map";
import { say } from "../shared/words";
import type { Story } from "./chosen";
import { PEOPLE } from "./layers";
import type { Crowd } from "./people";

const FONTS = ["Noto Sans CJK SC", "sans-serif"];

export function overlays(story: Story | null, ground: Ground, people: Crowd | null): More {
  const found: More = { sources: {}, named: {}, top: [] };
  if (people) crowd(found, ground, people);
  if (story?.incident.geometry) ring(found, story, ground);
  return found;
}

function ring(found: More, story: Story, ground: Ground): void {
  const { ink, halo } = GROUNDS[ground];
  found.sources["chosen"] = {
    type: "geojson",
    data: { type: "Feature", geometry: story.incident.geometry as never, properties: {} },
  };
  found.top.push(
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

function crowd(found: More, ground: Ground, { features, opacity }: Crowd): void {
  const { halo } = GROUNDS[ground];
  found.sources[PEOPLE] = { type: "geojson", data: features };
  found.named[PEOPLE] = [
    {
      id: `${PEOPLE}:mark`,
      type: "circle",
      source: PEOPLE,
      paint: {
        "circle-radius": 10,
        "circle-color": "#1b6b3a",
        "circle-opacity": opacity,
        "circle-stroke-color": halo,
        "circle-stroke-opacity": opacity,
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: `${PEOPLE}:sign`,
      type: "symbol",
      source: PEOPLE,
      layout: { "text-field": say("员", "P"), "text-size": 12, "text-font": FONTS, "text-allow-overlap": true },
      paint: { "text-color": "#ffffff", "text-opacity": opacity },
    },
  ];
}

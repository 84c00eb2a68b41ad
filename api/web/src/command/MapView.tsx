/** The live map. It is a chunk of its own: lists and acts work before it is there, and without it. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addressOf, type Catalogue, INCIDENTS, sourceNameOf, styleOf } from "../shared/map";
import { GlMap, makeMap, type StyleSpecification, type VectorTileSource } from "../shared/map/map";
import { theme } from "../shared/ui/theme";
import { useful } from "../shared/useful";
import { tongue } from "../shared/words";
import { story } from "./chosen";
import { aim } from "./flying";
import { middleOf, type Shape } from "./footprint";
import { connected, loadsTurn, marksTurn, want, whistlesTurn } from "./keeping";
import { Markers } from "./markers";
import { overlays } from "./overlays";
import { catalogue, chosen, moment, place, pointInTime, shown, whistles } from "./state";
import { begunAt, look } from "./view";

const MARKS = [...INCIDENTS, "doubtful"];
const WHISTLES = ["whistles", "whistle_parts"];
const LOADS = ["cells_by_reports", "cells_by_rate", "heat"];
const NEAR_ZOOM = 15.5;
const AGAIN_MS = 5_000;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export default function MapView() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current ? begin(box.current) : undefined), []);
  return <div class="c-canvas" ref={box} />;
}

/** Draws into the box what the signals say, until what it returns is called. */
function begin(box: HTMLElement): () => void {
  let map: GlMap | null = null;
  const stops: (() => void)[] = [];
  stops.push(
    effect(() => {
      const found = catalogue.value;
      if (!found || shown.value.length === 0) return;
      const style = drawn(found);
      if (map) {
        restyle(map, style, found);
        return;
      }
      map = open(box, found, style);
      stops.push(...follow(map));
    }),
  );
  return () => {
    for (const stop of stops) stop();
    map?.remove();
  };
}

function drawn(found: Catalogue): StyleSpecification {
  return styleOf(found, {
    shown: shown.value,
    ground: theme.value,
    tongue: tongue.value,
    sight: { asOf: moment.value },
    origin: location.origin,
    more: overlays(story.value, theme.value),
  });
}

function open(box: HTMLElement, found: Catalogue, style: StyleSpecification): GlMap {
  const at = begunAt.peek();
  const view = at ? { center: [at.lon, at.lat] as [number, number], zoom: at.zoom } : { bounds: found.bounds };
  const map = makeMap(
    { container: box, style, fitBoundsOptions: { padding: 24 }, ...view },
    tongue.peek() === "zh",
    found.base_map?.attribution,
  );
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    place.value = { lon: lng, lat, zoom: map.getZoom() };
  });
  listenForTrouble(map);
  map.once("idle", useful);
  map.on("click", (event) => {
    const layers = [...INCIDENTS].flatMap((name) => [`${name}:one`, `${name}:many`]).filter((id) => map.getLayer(id));
    const [hit] = layers.length ? map.queryRenderedFeatures(event.point, { layers }) : [];
    if (!hit) return;
    const { id, count } = hit.properties as { id?: string; count?: number };
    if (count) map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 });
    else if (id && chosen.value?.id !== id) look({ kind: "case", id });
  });
  return map;
}

/** Keeps the map with what changes; returns the ways to stop. */
function follow(map: GlMap): (() => void)[] {
  const markers = new Markers(map);
  const refreshing = [
    [marksTurn, MARKS],
    [whistlesTurn, WHISTLES],
    [loadsTurn, LOADS],
  ] as const;
  return [
    ...refreshing.map(([turn, layers]) =>
      effect(() => {
        if (turn.value) refresh(map, layers);
      }),
    ),
    effect(() => {
      const on = shown.value.some(({ name }) => name === "whistles" || name === "whistle_parts");
      if (on) markers.show(whistles.value, pointInTime.peek());
      else markers.clear();
    }),
    effect(() => markers.tick(pointInTime.value)),
    effect(() => {
      const found = aim.value;
      if (!found) return;
      if ("bounds" in found) map.fitBounds(found.bounds, { padding: 60, maxZoom: 17, animate: !CALM.matches });
      else go(map, [found.lon, found.lat]);
    }),
    effect(() => {
      const shape = story.value?.incident.geometry as Shape | null | undefined;
      const middle = shape && middleOf(shape);
      if (middle && !map.getBounds().contains(middle)) go(map, middle);
    }),
    () => markers.clear(),
  ];
}

function go(map: GlMap, center: [number, number]): void {
  const options = { center, zoom: Math.max(map.getZoom(), NEAR_ZOOM) };
  if (CALM.matches) map.jumpTo(options);
  else map.flyTo(options);
}

/** A style that comes while the one before is still being read would throw all away and begin again. */
function restyle(map: GlMap, style: StyleSpecification, found: Catalogue): void {
  if (!map.style._loaded) {
    map.once("style.load", () => map.setStyle(style, { diff: true }));
    return;
  }
  // Another moment is other tiles of the same source: what is drawn stays until they are there.
  for (const name of new Set(found.layers.map(sourceNameOf))) {
    const source = map.getSource<VectorTileSource>(name);
    const address = addressOf(name, found, { asOf: moment.value }, location.origin);
    if (source && source.tiles[0] !== address) source.setTiles([address]);
  }
  map.setStyle(style, { diff: true });
}

function refresh(map: GlMap, layers: readonly string[]): void {
  for (const name of layers) if (map.getSource(name)) map.refreshTiles(name);
  // Tiles that failed are not tried again by themselves: whoever comes back asks for all of theirs.
  for (const name of troubled) map.getSource<VectorTileSource>(name)?.setTiles([...tilesOf(map, name)]);
  troubled.clear();
}

const tilesOf = (map: GlMap, name: string): string[] => map.getSource<VectorTileSource>(name)?.tiles ?? [];

/** Sources of which a tile failed while the server or the network was away; the badge says so meanwhile. */
const troubled = new Set<string>();

function listenForTrouble(map: GlMap): void {
  map.on("error", (event) => {
    const { sourceId } = event as { sourceId?: string };
    if (sourceId === undefined) console.error(event.error);
    else if (connected.peek()) setTimeout(() => want("marks"), AGAIN_MS);
    if (sourceId !== undefined) troubled.add(sourceId);
  });
}

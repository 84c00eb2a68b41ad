/** The live map. It is a chunk of its own: lists and acts work before it is there, and without it. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { styleOf } from "../shared/map";
import { GlMap, makeMap, type StyleSpecification, type VectorTileSource } from "../shared/map/map";
import { theme } from "../shared/ui/theme";
import { useful } from "../shared/useful";
import { tongue } from "../shared/words";
import { loadsTurn, marksTurn } from "./keeping";
import { catalogue, chosen, moment, place, shown } from "./state";
import { begunAt, look } from "./view";

const MARKS = ["incidents", "whistles", "whistle_parts", "doubtful"];
const LOADS = ["cells_by_reports", "cells_by_rate"];

export default function MapView() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return undefined;
    return begin(box.current);
  }, []);
  return <div class="c-canvas" ref={box} />;
}

/** Draws into the box what the signals say, until what it returns is called. */
function begin(box: HTMLElement): () => void {
  let map: GlMap | null = null;
  const stops: (() => void)[] = [];
  stops.push(
    effect(() => {
      const found = catalogue.value;
      if (!found) return;
      const style = styleOf(found, {
        shown: shown.value,
        ground: theme.value,
        tongue: tongue.value,
        sight: { asOf: moment.value },
        origin: location.origin,
      });
      if (map) {
        restyle(map, style);
        return;
      }
      const at = begunAt.peek();
      map = makeMap(
        { container: box, style, ...(at ? { center: [at.lon, at.lat], zoom: at.zoom } : { bounds: found.bounds }) },
        tongue.peek() === "zh",
        found.base_map?.attribution,
      );
      wire(map);
    }),
  );
  for (const [turn, layers] of [
    [marksTurn, MARKS],
    [loadsTurn, LOADS],
  ] as const) {
    stops.push(
      effect(() => {
        if (turn.value) refresh(map, layers);
      }),
    );
  }
  return () => {
    for (const stop of stops) stop();
    map?.remove();
  };
}

/** A style that comes while the one before is still being read would throw all away and begin again. */
function restyle(map: GlMap, style: StyleSpecification): void {
  if (map.style._loaded) {
    map.setStyle(style, { diff: true });
    return;
  }
  map.once("style.load", () => map.setStyle(style, { diff: true }));
}

function refresh(map: GlMap | null, layers: readonly string[]): void {
  for (const name of layers) if (map?.getSource<VectorTileSource>(name)) map.refreshTiles(name);
}

function wire(map: GlMap): void {
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    place.value = { lon: lng, lat, zoom: map.getZoom() };
  });
  map.once("idle", useful);
  map.on("click", (event) => {
    const layers = ["incidents:one", "incidents:many"].filter((name) => map.getLayer(name));
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    if (!hit) return;
    const { id, count } = hit.properties as { id?: string; count?: number };
    if (count) map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 });
    else if (id && chosen.value?.id !== id) look({ kind: "case", id });
  });
}

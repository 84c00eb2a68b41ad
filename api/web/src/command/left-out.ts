/** Whether a tile in sight has fewer marks than there are cases: marks alone do not look it. */
import { signal } from "@preact/signals";
import { INCIDENTS, LIVE } from "../shared/map";
import type { GlMap } from "../shared/map/drawing";

/** From further away cases are counted where they are too many. */
const LEAST_ZOOM = 16;

export const leftOut = signal(false);

/** Looks again whenever the map has been drawn; returns the way to stop. */
export function followLeftOut(map: GlMap): () => void {
  const look = (): void => {
    leftOut.value = map.getZoom() >= LEAST_ZOOM && [...INCIDENTS].some((name) => isCut(map, name));
  };
  map.on("idle", look);
  return () => {
    map.off("idle", look);
    leftOut.value = false;
  };
}

function isCut(map: GlMap, name: string): boolean {
  if (!map.getLayer(`${name}:one`)) return false;
  const filter = ["all", ["has", "at_least"], ["!", ["has", "count"]]] as never;
  return map.querySourceFeatures(LIVE, { sourceLayer: name, filter }).length > 0;
}

/** Whether a map still draws. A wall runs for months: workers die, graphics drivers start anew, and nobody reloads. */
import type { GlMap } from "../shared/map/drawing";
import { connected } from "./keeping";

/** Often: tiles that are as before come without a word, and a map has them all for moments only in a storm. */
const LOOK_MS = 1_000;
/** A map that waits for tiles so long, with the server there and no tile coming, waits for a worker that is dead. */
const SILENT_MS = 40_000;
const LONGEST_MS = 600_000;
/** The browser gives a lost context back by itself, or does not. */
const LOST_MS = 10_000;

/**
 * Calls `dead` once if the map no longer draws; `deaths` is how many were dead before it: a slow machine is given more
 * time with each. Returns the way to stop.
 */
export function watchOver(map: GlMap, deaths: number, dead: () => void): () => void {
  let sign = performance.now();
  let lost: number | null = null;
  const alive = (): void => {
    sign = performance.now();
  };
  map.on("idle", alive);
  map.on("sourcedata", (event) => {
    if (event.tile) alive();
  });
  map.on("webglcontextlost", () => {
    lost = performance.now();
  });
  map.on("webglcontextrestored", () => {
    lost = null;
    alive();
  });
  const patience = Math.min(SILENT_MS * 2 ** deaths, LONGEST_MS);
  const timer = setInterval(() => {
    if (lost === null && (document.visibilityState !== "visible" || !connected.peek() || map.loaded())) alive();
    const over = lost === null ? performance.now() - sign > patience : performance.now() - lost > LOST_MS;
    if (!over) return;
    clearInterval(timer);
    dead();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

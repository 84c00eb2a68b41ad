/**
 * How often each topic is fetched at most, whatever happens. A storm of events must leave room below the server's rate
 * (`GRIDGOV_RATE_PER_CALLER`, 1,200 a minute at first) for the acts of whoever sits before the wall.
 */
import { signal } from "@preact/signals";
import type { Topic } from "./refresh";

/** How many tiles one source of the map needs for what is in sight. */
export const tilesInSight = signal(12);

/** Requests a minute that the map may spend on what happens, and on loads. */
const MARKS_A_MINUTE = 240;
const LOADS_A_MINUTE = 60;
const MINUTE_MS = 60_000;

const spread = (requests: number): number => (tilesInSight.peek() * MINUTE_MS) / requests;

/** The least time between two beginnings; a larger map, of more tiles, is drawn anew less often. */
export const EVERY_MS: Record<Topic, () => number> = {
  watch: () => 700,
  figures: () => 1_500,
  // A second list, of a week: one sound for several emergencies within so long is enough.
  emergencies: () => 5_000,
  whistles: () => 4_000,
  // A case with its whistles is half a dozen requests.
  chosen: () => 1_000,
  land: () => 1_000,
  // Half a dozen pages, and nobody waits for them but who has just opened the wall.
  rules: () => 2_000,
  marks: () => Math.max(3_000, spread(MARKS_A_MINUTE)),
  loads: () => Math.max(20_000, spread(LOADS_A_MINUTE)),
};

/** The least time between two moments of a play: each of them asks for everything, and for every tile twice. */
export function stepMs(): number {
  return Math.max(1_500, (14 + 2 * tilesInSight.peek()) * 65);
}

/** About how many tiles of 512 pixels a map of this size meets. */
export function tilesOf(width: number, height: number): number {
  return (Math.ceil(width / 512) + 1) * (Math.ceil(height / 512) + 1);
}

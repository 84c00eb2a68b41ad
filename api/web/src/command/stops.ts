/** The marks of the map as a keyboard goes through them. */
import type { Chosen } from "./link";

/** A mark that can be chosen, or many that must be looked at from nearer. */
export interface Stop {
  at: Chosen;
  x: number;
  y: number;
  /** 0 an emergency, 1 late, 2 a whistle, 3 all else. */
  rank: number;
  name: string;
}

/** Marks whose heights differ by less stand in one line. */
const LINE_PX = 48;

/** The most urgent first; of the same urgency as one reads, in lines from the top. */
export function inOrder(stops: readonly Stop[]): Stop[] {
  const line = ({ y }: Stop): number => Math.floor(y / LINE_PX);
  const found = new Map<string, Stop>();
  for (const stop of stops) if (!found.has(stop.at.id)) found.set(stop.at.id, stop);
  return [...found.values()].sort(
    (one, other) => one.rank - other.rank || line(one) - line(other) || one.x - other.x || one.y - other.y,
  );
}

/** Where somebody went, as lines on a map. Pure. */
import type { Feature } from "geojson";
import { mark } from "./map/marks";

export interface Step {
  at: string;
  lon: number;
  lat: number;
  coarse: boolean;
}

export interface Span {
  started_at: string;
  ended_at: string | null;
}

/** After a longer silence nobody knows the way between two positions. */
const SILENCE_MS = 15 * 60_000;

/** A line for each stretch of a shift without a long silence, and a dot at every position; blurred ones are dots only. */
export function traceMarks(steps: readonly Step[], shifts: readonly Span[]): Feature[] {
  const sorted = [...steps].sort((one, other) => timeOf(one) - timeOf(other));
  const lines: Step[][] = [];
  for (const step of sorted) {
    const last = lines.at(-1)?.at(-1);
    if (last && joined(last, step, shifts)) lines.at(-1)?.push(step);
    else lines.push([step]);
  }
  const ways = lines
    .filter((line) => line.length > 1)
    .map((line) => mark("trace", { type: "LineString", coordinates: line.map(({ lon, lat }) => [lon, lat]) }));
  const dots = sorted.map(({ lon, lat }) => mark("step", { type: "Point", coordinates: [lon, lat] }));
  return [...ways, ...dots];
}

function joined(last: Step, next: Step, shifts: readonly Span[]): boolean {
  if (last.coarse || next.coarse || timeOf(next) - timeOf(last) > SILENCE_MS) return false;
  return shifts.some((shift) => during(shift, timeOf(last)) && during(shift, timeOf(next)));
}

function during({ started_at, ended_at }: Span, at: number): boolean {
  return Date.parse(started_at) <= at && (ended_at === null || at <= Date.parse(ended_at));
}

function timeOf({ at }: Step): number {
  return Date.parse(at);
}

/** What part of the world a map shows. */
import type { LonLat } from "../geometry";

/** West, south, east, north, in degrees. */
export type Box = [number, number, number, number];

/** Either a middle, and how near it is where that is not left to the fingers, or what must be seen as a whole. */
export type View = { centre: LonLat; zoom?: number } | { box: Box };

/** The view that shows all of these points. */
export function around(points: readonly LonLat[]): View {
  const [lons, lats] = [points.map(({ lon }) => lon), points.map(({ lat }) => lat)];
  return { box: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
}

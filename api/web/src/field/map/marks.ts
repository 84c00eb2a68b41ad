/** What a page draws upon the carried map, as GeoJSON. */
import type { Feature, Geometry } from "geojson";
import { type LonLat, moved } from "../geometry";

export type Mark = "cell" | "accuracy" | "site" | "chosen" | "here" | "pin" | "trace" | "step";

const CORNERS = 48;

export function mark(as: Mark, geometry: Geometry): Feature {
  return { type: "Feature", properties: { as }, geometry };
}

export function pointMark(as: Mark, { lon, lat }: LonLat): Feature {
  return mark(as, { type: "Point", coordinates: [lon, lat] });
}

/** A circle on the ground. */
export function circleMark(as: Mark, centre: LonLat, radiusM: number): Feature {
  const ring = Array.from({ length: CORNERS + 1 }, (_, at) => {
    const angle = (2 * Math.PI * (at % CORNERS)) / CORNERS;
    const { lon, lat } = moved(centre, radiusM * Math.cos(angle), radiusM * Math.sin(angle));
    return [lon, lat];
  });
  return mark(as, { type: "Polygon", coordinates: [ring] });
}

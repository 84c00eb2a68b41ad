/** Geometry of a small place on the plane: degrees of WGS 84 in, metres out. It shows; the server decides. */
import type { Position } from "geojson";
import type { Outline } from "./carried";

export interface LonLat {
  lon: number;
  lat: number;
}

const EARTH_M = 6_371_008.8;
const RADIAN = Math.PI / 180;

/** Metres east and north of `origin`: true to a thousandth over some kilometres. */
export function plane({ lon, lat }: LonLat, origin: LonLat): [number, number] {
  const north = (lat - origin.lat) * RADIAN * EARTH_M;
  return [(lon - origin.lon) * RADIAN * EARTH_M * Math.cos(origin.lat * RADIAN), north];
}

export function metresBetween(one: LonLat, other: LonLat): number {
  return Math.hypot(...plane(other, one));
}

/** The point that lies `east` and `north` metres of another. */
export function moved({ lon, lat }: LonLat, east: number, north: number): LonLat {
  const up = north / (EARTH_M * RADIAN);
  return { lon: lon + east / (EARTH_M * RADIAN * Math.cos(lat * RADIAN)), lat: lat + up };
}

export function ringsOf(outline: Outline): Position[][] {
  return outline.type === "Polygon" ? outline.coordinates : outline.coordinates.flat();
}

/** Whether an outline holds a point; its border belongs to it. */
export function holds(outline: Outline, { lon, lat }: LonLat): boolean {
  let inside = false;
  for (const ring of ringsOf(outline)) {
    for (let at = 1; at < ring.length; at += 1) {
      const [x1, y1, x2, y2] = [...(ring[at - 1] as [number, number]), ...(ring[at] as [number, number])] as Four;
      const turn = (x2 - x1) * (lat - y1) - (y2 - y1) * (lon - x1);
      if (turn === 0 && between(lon, x1, x2) && between(lat, y1, y2)) return true;
      if (y1 > lat !== y2 > lat && turn < 0 === y2 < y1) inside = !inside;
    }
  }
  return inside;
}

type Four = [number, number, number, number];

function between(value: number, one: number, other: number): boolean {
  return Math.min(one, other) <= value && value <= Math.max(one, other);
}

/** Metres from a point to the nearest border of an outline. */
export function metresToBorder(outline: Outline, point: LonLat): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const ring of ringsOf(outline)) {
    for (let at = 1; at < ring.length; at += 1) {
      nearest = Math.min(nearest, metresToLine(pointOf(ring[at - 1]), pointOf(ring[at]), point));
    }
  }
  return nearest;
}

function metresToLine(from: LonLat, to: LonLat, point: LonLat): number {
  const [x1, y1] = plane(from, point);
  const [x2, y2] = plane(to, point);
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / length));
  return Math.hypot(x1 + along * dx, y1 + along * dy);
}

/** Square metres of what a clipper or GeoJSON calls a multipolygon. */
export function areaM2(polygons: readonly (readonly Position[])[][], origin: LonLat): number {
  let sum = 0;
  for (const rings of polygons) {
    rings.forEach((ring, at) => {
      const size = Math.abs(ringArea(ring, origin));
      sum += at === 0 ? size : -size;
    });
  }
  return sum;
}

function ringArea(ring: readonly Position[], origin: LonLat): number {
  let twice = 0;
  for (let at = 1; at < ring.length; at += 1) {
    const [x1, y1] = plane(pointOf(ring[at - 1]), origin);
    const [x2, y2] = plane(pointOf(ring[at]), origin);
    twice += x1 * y2 - x2 * y1;
  }
  return twice / 2;
}

export function pointOf(position: Position | undefined): LonLat {
  return { lon: position?.[0] ?? 0, lat: position?.[1] ?? 0 };
}

/** Metres from a point to a geometry; 0 inside of an outline. */
export function metresTo(geometry: GeoJSON.Geometry, point: LonLat): number {
  switch (geometry.type) {
    case "Point":
      return metresBetween(point, pointOf(geometry.coordinates));
    case "MultiPoint":
      return Math.min(...geometry.coordinates.map((one) => metresBetween(point, pointOf(one))));
    case "LineString":
      return alongLine(geometry.coordinates, point);
    case "MultiLineString":
      return Math.min(...geometry.coordinates.map((line) => alongLine(line, point)));
    case "Polygon":
    case "MultiPolygon":
      return holds(geometry, point) ? 0 : metresToBorder(geometry, point);
    case "GeometryCollection":
      return Math.min(...geometry.geometries.map((one) => metresTo(one, point)));
  }
}

function alongLine(line: readonly Position[], point: LonLat): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = 1; at < line.length; at += 1) {
    nearest = Math.min(nearest, metresToLine(pointOf(line[at - 1]), pointOf(line[at]), point));
  }
  return nearest;
}

/** A shape of some metres across, laid flat for a drawing: an equirectangular picture about its own middle. */

export interface Shape {
  type: string;
  coordinates?: unknown;
  geometries?: Shape[];
}

export interface Flat {
  /** For an SVG path; points are small circles. */
  path: string;
  /** Where a label stands: the middle of the outline's vertices. */
  at: [number, number];
}

export interface Plan {
  parts: Flat[];
  /** Metres to one unit of the drawing. */
  metres: number;
}

const EARTH_M = 6_371_008.8;
type Pair = [number, number];

/** Lays shapes (EPSG:4326) into a box of `width` by `height`, all to one scale; null where there is nothing to lay. */
export function planOf(shapes: readonly Shape[], width: number, height: number, margin = 24): Plan | null {
  const all = shapes.flatMap((shape) => pathsOf(shape).flatMap(({ points }) => points));
  const [first] = all;
  if (!first) return null;
  const [west, east] = reach(all.map(([lon]) => lon));
  const [south, north] = reach(all.map(([, lat]) => lat));
  const degree = (Math.PI / 180) * EARTH_M;
  const shrunk = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * degree * shrunk, 1);
  const tall = Math.max((north - south) * degree, 1);
  const scale = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / tall);
  const lay = ([lon, lat]: Pair): Pair => [
    width / 2 + (lon - (west + east) / 2) * degree * shrunk * scale,
    height / 2 - (lat - (south + north) / 2) * degree * scale,
  ];
  return { parts: shapes.map((shape) => flat(shape, lay)), metres: 1 / scale };
}

const ROUNDS = 20;

/** Labels of this size, which stand at these places, moved up and down until each can be read; inside `height`. */
export function apart(places: readonly Pair[], size: { wide: number; tall: number }, height: number): Pair[] {
  const found = places.map(([x, y]): Pair => [x, y]);
  const downwards = [...found].sort(([, one], [, other]) => one - other);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, upper] of downwards.entries()) {
      for (const lower of downwards.slice(at + 1)) {
        const lack = size.tall - (lower[1] - upper[1]);
        if (lack <= 0 || Math.abs(lower[0] - upper[0]) >= size.wide) continue;
        upper[1] = Math.max(upper[1] - lack / 2, size.tall / 2);
        lower[1] = Math.min(lower[1] + lack / 2, height - size.tall / 2);
      }
    }
  }
  return found;
}

/** A round length for a scale bar, at most `room` units long: 1, 2 or 5 of some power of ten, in metres. */
export function scaleBar(metres: number, room: number): { metres: number; units: number } {
  const most = metres * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power;
  return { metres: round, units: round / metres };
}

function reach(values: readonly number[]): Pair {
  return values.reduce<Pair>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}

function flat(shape: Shape, lay: (at: Pair) => Pair): Flat {
  const found = pathsOf(shape).map(({ points, closed }) => ({ points: points.map(lay), closed }));
  const points = found[0]?.points ?? [];
  const ring = found[0]?.closed ? points.slice(0, -1) : points;
  const sum = ring.reduce<Pair>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
  const count = Math.max(ring.length, 1);
  return { path: found.map(written).join(""), at: [sum[0] / count, sum[1] / count] };
}

function written({ points, closed }: { points: Pair[]; closed: boolean }): string {
  const [only] = points;
  if (only && points.length === 1) {
    const [x, y] = only;
    return `M${(x - 5).toFixed(1)} ${y.toFixed(1)}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`;
  }
  return points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("") + (closed ? "Z" : "");
}

function pathsOf(shape: Shape): { points: Pair[]; closed: boolean }[] {
  const { type, coordinates } = shape;
  switch (type) {
    case "Point":
      return [{ points: [coordinates as Pair], closed: false }];
    case "MultiPoint":
      return (coordinates as Pair[]).map((one) => ({ points: [one], closed: false }));
    case "LineString":
      return [{ points: coordinates as Pair[], closed: false }];
    case "MultiLineString":
      return (coordinates as Pair[][]).map((points) => ({ points, closed: false }));
    case "Polygon":
      return (coordinates as Pair[][]).map((points) => ({ points, closed: true }));
    case "MultiPolygon":
      return (coordinates as Pair[][][]).flat().map((points) => ({ points, closed: true }));
    case "GeometryCollection":
      return (shape.geometries ?? []).flatMap(pathsOf);
    default:
      return [];
  }
}

/** About where a shape lies: the middle of its vertices. */
export function middleOf(shape: Shape): Pair | null {
  const points = pathsOf(shape).flatMap(({ points, closed }) => (closed ? points.slice(0, -1) : points));
  if (points.length === 0) return null;
  const [lon, lat] = points.reduce<Pair>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
  return [lon / points.length, lat / points.length];
}

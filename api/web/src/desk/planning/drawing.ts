/** Cells in degrees as paths of a plain picture. */
type Ring = [number, number][];

export interface Cell {
  properties: { code: string | null; change?: string };
  geometry: { type: string; coordinates: unknown } | null;
}

export interface Shape {
  /** The code, or a number where there is none. */
  key: string;
  path: string;
  change: string;
  /** Where its label stands. */
  at: [number, number];
}

export interface Drawing {
  /** As an SVG's viewBox. */
  view: string;
  /** Cells that stay, as far as they are in view. */
  around: Shape[];
  then: Shape[];
  /** Cells of today that would go. */
  gone: Shape[];
}

interface Box {
  west: number;
  north: number;
  east: number;
  south: number;
}

/** So many units of the picture to a degree of latitude: whole numbers are then about a metre. */
const SCALE = 100_000;
const MARGIN = 0.08;

/**
 * Returns the picture of a draft's cells over those of today.
 *
 * `closed` are the codes of today that would go. Degrees are drawn as metres are at the middle of what changes.
 */
export function drawn(cells: readonly Cell[], today: readonly Cell[], closed: ReadonlySet<string>): Drawing {
  const changed = cells.filter((one) => one.properties.change !== "unchanged");
  const going = today.filter((one) => closed.has(one.properties.code ?? ""));
  const middle = ringsOf(changed[0] ?? cells[0])[0]?.[0]?.[1] ?? 0;
  const shape = shaper(Math.cos((middle * Math.PI) / 180));
  const [then, gone] = [changed.map(shape), going.map(shape)];
  const inner = boxOf([...then, ...gone].map((one) => one.box));
  const box = grown(inner, MARGIN);
  const stays = cells.filter((one) => one.properties.change === "unchanged").map(shape);
  const around = stays.filter((one) => meets(one.box, box));
  const view = [box.west, box.north, box.east - box.west, box.south - box.north].map((one) => Math.round(one));
  return { view: view.join(" "), around, then, gone };
}

/** Every outer ring, and the holes. */
function ringsOf(cell: Cell | undefined): Ring[] {
  const { type, coordinates } = cell?.geometry ?? { type: "", coordinates: [] };
  if (type === "Polygon") return coordinates as Ring[];
  return type === "MultiPolygon" ? (coordinates as Ring[][]).flat() : [];
}

function shaper(narrow: number): (cell: Cell, place: number) => Shape & { box: Box } {
  const put = ([lon, lat]: [number, number]): [number, number] => [
    Math.round(lon * narrow * SCALE),
    Math.round(-lat * SCALE),
  ];
  return (cell, place) => {
    const rings = ringsOf(cell).map((ring) => ring.map(put));
    const box = boxOf(rings.map((ring) => around(ring)));
    return {
      key: cell.properties.code ?? String(place),
      path: rings.map((ring) => `M${ring.map((point) => point.join(" ")).join("L")}Z`).join(""),
      change: cell.properties.change ?? "today",
      at: [(box.west + box.east) / 2, (box.north + box.south) / 2],
      box,
    };
  };
}

function around(ring: Ring): Box {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return { west: least(xs), north: least(ys), east: -least(xs.map((x) => -x)), south: -least(ys.map((y) => -y)) };
}

const least = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other), Infinity);

const boxOf = (boxes: readonly Box[]): Box => ({
  west: least(boxes.map((one) => one.west)),
  north: least(boxes.map((one) => one.north)),
  east: -least(boxes.map((one) => -one.east)),
  south: -least(boxes.map((one) => -one.south)),
});

function grown({ west, north, east, south }: Box, share: number): Box {
  const more = share * Math.max(east - west, south - north);
  return { west: west - more, north: north - more, east: east + more, south: south + more };
}

const meets = (one: Box, other: Box): boolean =>
  one.west <= other.east && one.east >= other.west && one.north <= other.south && one.south >= other.north;

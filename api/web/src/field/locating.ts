/** Which cell a place falls into, by the cells that the phone carries: what is said at once, before the server decides. */
import { theClipper } from "./ahead";
import type { Cell, Matter, Outline, Pack } from "./carried";
import { areaM2, holds, type LonLat, metresToBorder, moved, pointOf, ringsOf } from "./geometry";

export interface Part {
  code: string;
  /** Probability of a point with an accuracy, share of an extent. */
  share: number;
}

export interface Told {
  placement: "located" | "doubtful" | "crossing" | "outside";
  cell: Cell | null;
  cells: Part[];
  streets: Part[];
  borderM: number | null;
  /** The streets that would own a combined whistle, if one would be drafted. */
  sides: Part[];
}

/** Below this probability the server calls a place doubtful. */
const SURE_ENOUGH = 0.9;
const SAMPLES = 400;
/** A circle that holds 68 % of a round normal distribution has this many of its deviations as its radius. */
const DEVIATIONS_IN_68 = Math.sqrt(-2 * Math.log(1 - 0.68));
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** The cell that holds a point; on a shared border the one with the lowest code. */
export function cellOf(cells: readonly Cell[], point: LonLat): Cell | null {
  let found: Cell | null = null;
  for (const cell of cells) {
    if (found && found.properties.code < cell.properties.code) continue;
    if (boxOf(cell).holds(point) && holds(cell.geometry, point)) found = cell;
  }
  return found;
}

/** What the phone can tell of a point. */
export function tellPoint(pack: Pack, point: LonLat, accuracyM: number | null): Told {
  const cells = pack.cells.features;
  const cell = cellOf(cells, point);
  const chances = accuracyM
    ? chancesOf(cells, point, accuracyM)
    : cell
      ? [{ code: cell.properties.code, share: 1 }]
      : [];
  const mine = chances.find((part) => part.code === cell?.properties.code)?.share ?? 0;
  const placement = cell === null ? "outside" : mine < SURE_ENOUGH ? "doubtful" : "located";
  const borderM = cell && metresToBorder(cell.geometry, point);
  return { placement, cell, cells: chances, streets: byStreet(chances), borderM, sides: [] };
}

/** How likely a point lies in each cell: points spread like the receiver's error, and counted. */
function chancesOf(cells: readonly Cell[], point: LonLat, accuracyM: number): Part[] {
  const reach = (3.5 * accuracyM) / DEVIATIONS_IN_68;
  const near = cells.filter((cell) => boxOf(cell).near(point, reach));
  const counts = new Map<string, number>();
  for (let at = 0; at < SAMPLES; at += 1) {
    const radius = (accuracyM / DEVIATIONS_IN_68) * Math.sqrt(-2 * Math.log(1 - (at + 0.5) / SAMPLES));
    const angle = at * GOLDEN_ANGLE;
    const code = cellOf(near, moved(point, radius * Math.cos(angle), radius * Math.sin(angle)))?.properties.code;
    if (code) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return sorted([...counts].map(([code, count]) => ({ code, share: count / SAMPLES })));
}

/** What the phone can tell of an outline: its share of each cell and street. The clipper comes when it is needed. */
export async function tellShape(pack: Pack, outline: Outline, matter: Matter | null): Promise<Told> {
  const { intersection } = await theClipper();
  const whole = polygonsOf(outline);
  const origin = pointOf(ringsOf(outline)[0]?.[0]);
  const all = areaM2(whole, origin);
  const box = boxAround(outline);
  const cells: Part[] = [];
  for (const cell of pack.cells.features) {
    if (!boxOf(cell).meets(box)) continue;
    const cut = intersection(whole as never, polygonsOf(cell.geometry) as never);
    const share = areaM2(cut, origin) / all;
    if (share > 1e-6) cells.push({ code: cell.properties.code, share });
  }
  const parts = sorted(cells);
  const streets = byStreet(parts);
  const first = pack.cells.features.find((cell) => cell.properties.code === parts[0]?.code) ?? null;
  const placement = !first ? "outside" : parts.length > 1 ? "crossing" : "located";
  return { placement, cell: first, cells: parts, streets, borderM: null, sides: sidesOf(pack, streets, matter) };
}

/** The sides of the whistle that would be drafted: the streets with enough of the outline, if there are several. */
export function sidesOf(pack: Pack, streets: readonly Part[], matter: Matter | null): Part[] {
  const kind = pack.whistle_kinds.find((one) => one.code === matter?.whistle_kind);
  const least = kind?.min_share ?? pack.combined_threshold;
  const sides = streets.filter((part) => part.share >= least);
  return sides.length > 1 ? sides : [];
}

/** Who leads at a place, by the list that the phone carries; null where nobody is known. */
export function leadOf(pack: Pack, matter: Matter, streetCode: string | undefined): string | null {
  const office = matter.lead === "STREET_OFFICE";
  const found = pack.organisations.find(({ code, area_code }) =>
    office ? area_code === streetCode : code === matter.lead,
  );
  return found?.name ?? null;
}

export function nameOf(pack: Pack, code: string): string {
  const all = code.length === 15 ? pack.cells.features : code.length === 12 ? pack.communities.features : null;
  const areas = all ?? (code.length === 9 ? pack.streets.features : pack.districts.features);
  return areas.find((one) => one.properties.code === code)?.properties.name ?? code;
}

/** A share as people say it: 1/3 where it is one, else in percent. */
export function spoken(share: number): string {
  for (const whole of [2, 3, 4, 5]) {
    for (let part = 1; part < whole; part += 1) {
      if (Math.abs(share - part / whole) < 0.015 && (whole !== 4 || part !== 2)) return `${part}/${whole}`;
    }
  }
  const percent = share * 100;
  return percent < 1 ? "<1%" : percent > 99 && share < 1 ? ">99%" : `${Math.round(percent)}%`;
}

function byStreet(cells: readonly Part[]): Part[] {
  const sums = new Map<string, number>();
  for (const { code, share } of cells) sums.set(code.slice(0, 9), (sums.get(code.slice(0, 9)) ?? 0) + share);
  return sorted([...sums].map(([code, share]) => ({ code, share })));
}

function sorted(parts: Part[]): Part[] {
  return parts.sort((one, other) => other.share - one.share || one.code.localeCompare(other.code));
}

function polygonsOf(outline: Outline): GeoJSON.Position[][][] {
  return outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
}

interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

interface Bounds extends Box {
  holds: (point: LonLat) => boolean;
  meets: (box: Box) => boolean;
  near: (point: LonLat, metres: number) => boolean;
}

const boxes = new WeakMap<Cell, Bounds>();

function boxOf(cell: Cell): Bounds {
  const known = boxes.get(cell);
  if (known) return known;
  const box = boxAround(cell.geometry);
  const meets = (other: Box): boolean =>
    box.west <= other.east && other.west <= box.east && box.south <= other.north && other.south <= box.north;
  const made: Bounds = {
    ...box,
    meets,
    holds: ({ lon, lat }) => meets({ west: lon, east: lon, south: lat, north: lat }),
    near: (point, metres) => {
      const [low, high] = [moved(point, -metres, -metres), moved(point, metres, metres)];
      return meets({ west: low.lon, south: low.lat, east: high.lon, north: high.lat });
    },
  };
  boxes.set(cell, made);
  return made;
}

function boxAround(outline: Outline): Box {
  const box = { west: 180, south: 90, east: -180, north: -90 };
  for (const [lon = 0, lat = 0] of ringsOf(outline).flat()) {
    box.west = Math.min(box.west, lon);
    box.east = Math.max(box.east, lon);
    box.south = Math.min(box.south, lat);
    box.north = Math.max(box.north, lat);
  }
  return box;
}

import { describe, expect, test } from "vitest";
import type { Called, Cell, Matter, Pack } from "../src/field/carried";
import { moved } from "../src/field/geometry";
import { cellOf, spoken, tellPoint, tellShape } from "../src/field/locating";
import { joined } from "../src/field/report/buildings";
import { placeOf } from "../src/field/report/draft";
import { reachOf } from "../src/field/sites";

const WEST = 117.0;
const STEP = 0.01;

/** Three cells side by side; the last one lies in another street. */
function cell(at: number, code: string): Cell {
  const [west, east] = [WEST + at * STEP, WEST + (at + 1) * STEP];
  const ring = [
    [west, 36.6],
    [east, 36.6],
    [east, 36.61],
    [west, 36.61],
    [west, 36.6],
  ];
  const properties = {
    code,
    name: `第${at + 1}网格`,
    street_code: code.slice(0, 9),
    community_code: code.slice(0, 12),
  };
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}

const CELLS = [cell(0, "370102001001002"), cell(1, "370102001001001"), cell(2, "370102002001001")];
const PACK = {
  cells: { type: "FeatureCollection", features: CELLS },
  whistle_kinds: [{ code: "enforcement", name_zh: "", name_en: "", min_share: 0.05 }],
  combined_threshold: 0.01,
} as unknown as Pack;
const MATTER = { whistle_kind: "enforcement" } as Matter;

function box(west: number, east: number): GeoJSON.Polygon {
  const ring = [
    [west, 36.602],
    [east, 36.602],
    [east, 36.603],
    [west, 36.603],
    [west, 36.602],
  ];
  return { type: "Polygon", coordinates: [ring] };
}

test("a point on a shared border belongs to the cell with the lowest code, whatever their order", () => {
  const border = { lon: WEST + STEP, lat: 36.605 };
  expect(cellOf(CELLS, border)?.properties.code).toBe("370102001001001");
  expect(cellOf([...CELLS].reverse(), border)?.properties.code).toBe("370102001001001");
});

test("a point outside of every cell is in none", () => {
  expect(tellPoint(PACK, { lon: 116.9, lat: 36.605 }, 10).placement).toBe("outside");
});

test("a coarse position beside a border is doubtful, and its chances add up", () => {
  const beside = moved({ lon: WEST + STEP, lat: 36.605 }, 5, 0);
  const told = tellPoint(PACK, beside, 30);
  expect(told.placement).toBe("doubtful");
  expect(told.cells.map((part) => part.code).sort()).toEqual(["370102001001001", "370102001001002"]);
  expect(told.cells.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1, 6);
  expect(told.borderM).toBeCloseTo(5, 1);
});

test("the same position far from any border is sure", () => {
  expect(tellPoint(PACK, { lon: WEST + 1.5 * STEP, lat: 36.605 }, 30).placement).toBe("located");
});

test("an outline across two streets drafts a combined whistle, with the share of each", async () => {
  const across = box(WEST + 2 * STEP - 0.001, WEST + 2 * STEP + 0.002);
  const told = await tellShape(PACK, across, MATTER);
  expect(told.placement).toBe("crossing");
  expect(told.sides.map(({ code, share }) => `${spoken(share)} ${code}`)).toEqual(["2/3 370102002", "1/3 370102001"]);
});

test("an outline across two cells of one street drafts none", async () => {
  const told = await tellShape(PACK, box(WEST + STEP - 0.001, WEST + STEP + 0.001), MATTER);
  expect(told.placement).toBe("crossing");
  expect(told.sides).toEqual([]);
});

test("a share is said as people say it", () => {
  expect([1 / 3, 0.5, 0.75, 0.123, 0.004, 0.999].map(spoken)).toEqual(["1/3", "1/2", "3/4", "12%", "<1%", ">99%"]);
});

const SITE: Called["site"] = { lon: 117, lat: 36.6, radius_m: 100, accuracy_limit_m: 50, geometry: null };

function fixAt(eastM: number, accuracyM: number): Parameters<typeof reachOf>[1] {
  return { ...moved({ lon: 117, lat: 36.6 }, eastM, 0), accuracyM, at: 0 };
}

test("a check-in is judged as the server judges it", () => {
  expect(reachOf(SITE, fixAt(80, 10))).toMatchObject({ against: null, hopeless: false });
  expect(reachOf(SITE, fixAt(130, 10)).hopeless).toBe(true);
  expect(reachOf(SITE, fixAt(130, 60))).toMatchObject({ hopeless: false });
  expect(reachOf(SITE, fixAt(130, 60)).against?.en).toContain("coarse");
  expect(reachOf(SITE, null)).toMatchObject({ distanceM: null, hopeless: false });
});

describe("several buildings", () => {
  const SQUARE = box(117.001, 117.002);

  test("that share a wall are one outline, of which the server has no doubt", async () => {
    const both = await joined([SQUARE, box(117.002, 117.004)]);
    expect(both?.type).toBe("Polygon");
    const told = await tellShape(PACK, both as GeoJSON.Polygon, MATTER);
    expect(told.cells).toEqual([{ code: "370102001001002", share: expect.closeTo(1, 9) as number }]);
    const xs = (both?.coordinates[0] as GeoJSON.Position[]).map(([lon]) => lon);
    expect([Math.min(...(xs as number[])), Math.max(...(xs as number[]))]).toEqual([117.001, 117.004]);
    expect(xs.filter((lon) => lon === 117.002)).toEqual([]);
  });

  test("that stand apart stay two, one alone is as it was, and none is no place", async () => {
    const apart = await joined([SQUARE, box(117.003, 117.004)]);
    expect([apart?.type, apart?.coordinates.length]).toEqual(["MultiPolygon", 2]);
    expect(await joined([SQUARE])).toBe(SQUARE);
    expect(await joined([])).toBeNull();
  });
});

test("the place of a report that was refused is there to be changed", () => {
  const point = { datum: "wgs84", lon: 117, lat: 36, accuracy_m: 9 };
  expect(placeOf(point)).toMatchObject({ kind: "point", lon: 117, lat: 36, accuracyM: 9 });
  expect(placeOf({ datum: "wgs84", geometry: CELLS[0]?.geometry })).toMatchObject({ kind: "shape" });
  expect(placeOf(undefined)).toBeNull();
});

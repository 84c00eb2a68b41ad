import { expect, test } from "vitest";
import { type Span, type Step, traceMarks } from "../src/field/trace";

const SHIFT: Span = { started_at: "2026-03-05T08:00:00+08:00", ended_at: "2026-03-05T12:00:00+08:00" };
const LATER: Span = { started_at: "2026-03-05T12:05:00+08:00", ended_at: null };

function step(at: string, lon: number, coarse = false): Step {
  return { at: `2026-03-05T${at}:00+08:00`, lon, lat: 36, coarse };
}

function linesOf(steps: Step[]): number[][] {
  return traceMarks(steps, [SHIFT, LATER])
    .map(({ geometry }) => geometry)
    .flatMap((one) => (one.type === "LineString" ? [one.coordinates.map(([lon]) => lon ?? 0)] : []));
}

test("positions of a shift are a way, in the order of their times", () => {
  expect(linesOf([step("08:20", 3), step("08:10", 2), step("08:05", 1)])).toEqual([[1, 2, 3]]);
});

test("nothing is drawn between two shifts, across a long silence, or to a position that was blurred", () => {
  expect(linesOf([step("11:55", 1), step("12:06", 2)])).toEqual([]);
  expect(linesOf([step("08:00", 1), step("08:16", 2)])).toEqual([]);
  expect(linesOf([step("08:00", 1, true), step("08:05", 2), step("08:06", 3)])).toEqual([[2, 3]]);
});

test("every position is a dot", () => {
  const dots = traceMarks([step("08:00", 1), step("13:00", 2, true)], [SHIFT]);
  expect(dots.map(({ geometry }) => geometry.type)).toEqual(["Point", "Point"]);
});

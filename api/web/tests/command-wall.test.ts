/** What keeps a wall readable and within its server's rate: sizes, marks that make room, the pace of asking. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fitted, FULL_WIDTH, MARK_HEIGHT, type Spot } from "../src/command/declutter";
import { isNewHere } from "../src/command/flying";
import { EVERY_MS, stepMs, tilesInSight, tilesOf } from "../src/command/pace";
import { Refresher, type Task, TOPICS, type Topic, topicsOf } from "../src/command/refresh";
import { sizeOf } from "../src/command/size";
import { inOrder, type Stop } from "../src/command/stops";
import { briefly } from "../src/shared/time";

/** Whole numbers below `most`, the same each time. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % most;
  };
}

describe("the size of everything", () => {
  it.each([
    [1_440, 900, 1],
    [1_920, 1_080, 1],
    [2_560, 1_440, 1.35],
    [3_840, 1_080, 1.6],
    [3_840, 2_160, 2],
    [5_760, 1_080, 1.6],
    [360, 740, 1],
  ])("is chosen by the screen: %i by %i", (width, height, size) => expect(sizeOf("auto", width, height)).toBe(size));

  it("is what somebody chose, as far as the columns leave room for a map", () => {
    expect(sizeOf(1.5, 1_920, 1_080)).toBe(1.5);
    expect(sizeOf(2, 1_440, 900)).toBeLessThan(1.35);
    expect(sizeOf(1, 3_840, 1_080)).toBe(1);
    expect(sizeOf(2, 360, 740)).toBe(1);
  });
});

describe("marks", () => {
  const crowd = (count: number, seed: number, width = 600): Spot[] => {
    const roll = dice(seed);
    return Array.from({ length: count }, (_, at) => ({ id: `w${at}`, x: roll(width), y: roll(400) }));
  };
  const boxOf = ({ x, y }: Spot, wide: boolean): [number, number, number, number] => {
    const half = (wide ? FULL_WIDTH : 30) / 2;
    return [x - half, x + half, y - MARK_HEIGHT, y - 8];
  };

  it.each([1, 2, 3, 4, 5])("never lie over each other, and none is lost (crowd %i)", (seed) => {
    const spots = crowd(120, seed);
    const fits = fitted(spots);
    const named = [...fits].flatMap(([id, { under }]) => [id, ...under]);
    expect(named.sort()).toEqual(spots.map(({ id }) => id).sort());
    const boxes = spots.flatMap((spot) => {
      const fit = fits.get(spot.id);
      return fit ? [boxOf(spot, fit.as === "full")] : [];
    });
    for (const [at, [left, right, top, bottom]] of boxes.entries()) {
      for (const other of boxes.slice(at + 1)) {
        expect(left < other[1] && other[0] < right && top < other[3] && other[2] < bottom).toBe(false);
      }
    }
  });

  it("hide the less urgent under the more urgent", () => {
    const fits = fitted([
      { id: "urgent", x: 100, y: 100 },
      { id: "other", x: 104, y: 98 },
      { id: "far", x: 400, y: 100 },
    ]);
    expect(fits.get("urgent")).toEqual({ as: "full", under: ["other"] });
    expect(fits.has("other")).toBe(false);
    expect(fits.get("far")).toEqual({ as: "full", under: [] });
  });

  it("keep their signs where there is no room for words", () => {
    const fits = fitted([
      { id: "one", x: 100, y: 100 },
      { id: "next", x: 150, y: 100 },
    ]);
    expect([...fits.values()].map((fit) => fit.as)).toEqual(["sign", "sign"]);
  });

  it("say in few words what is left", () => {
    const at = Date.parse("2026-03-05T14:00:00+08:00");
    const left = (seconds: number): string => briefly(at + seconds * 1_000, at);
    expect([65, -65, 1_200, 7_300, -200_000].map(left)).toEqual([
      "还剩 1:05",
      "超时 1:05",
      "还剩 20 分",
      "还剩 2 时",
      "超时 2 天",
    ]);
  });
});

describe("the place of a case", () => {
  it("is flown to once for each that is chosen, whatever else is told of it meanwhile", () => {
    expect(isNewHere("one")).toBe(true);
    expect([isNewHere("one"), isNewHere("one")]).toEqual([false, false]);
    expect(isNewHere("two")).toBe(true);
    expect(isNewHere(null)).toBe(false);
    expect(isNewHere("two")).toBe(true);
  });
});

describe("going from mark to mark", () => {
  const stop = (id: string, rank: number, x: number, y: number): Stop => ({
    at: { kind: "case", id },
    rank,
    x,
    y,
    name: id,
  });

  it("goes to the most urgent first, then as one reads, and to each once", () => {
    const stops = [stop("c", 3, 10, 10), stop("b", 1, 300, 10), stop("a", 0, 9, 900), stop("d", 3, 200, 14)];
    expect(inOrder([...stops, stop("b", 1, 300, 10)]).map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("the pace of asking", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    tilesInSight.value = 12;
  });

  /** Requests that one turn of a topic costs: a case with two whistles, two pages of whistles, a source's tiles. */
  const costs = (): Record<Topic, number> => ({
    watch: 1,
    figures: 1,
    emergencies: 1,
    whistles: 2,
    chosen: 8,
    land: 1,
    marks: tilesInSight.value,
    loads: tilesInSight.value,
    rules: 6,
  });

  it.each([
    [1_000, 600],
    [2_000, 1_000],
    [7_680, 2_160],
  ])("stays below the server's rate in a storm of 50 events a second, on a map of %i by %i", async (width, height) => {
    tilesInSight.value = tilesOf(width, height);
    const asked: { at: number; requests: number }[] = [];
    const tasks = Object.fromEntries(
      TOPICS.map((topic) => {
        const run = (): Promise<void> => {
          asked.push({ at: Date.now(), requests: costs()[topic] });
          return Promise.resolve();
        };
        return [topic, { run, everyMs: EVERY_MS[topic] }];
      }),
    ) as unknown as Record<Topic, Task>;
    const refresher = new Refresher(tasks, { fresh: vi.fn(), failed: () => true });
    const storm = topicsOf(
      ["case.filed", "incident.reported", "whistle.blown", "summons.arrived"].map((kind, id) => ({
        id,
        kind,
        subject_id: "shown",
        incident_id: "shown",
        at: "",
      })),
      new Set(["shown"]),
    );
    for (let event = 0; event < 50 * 180; event += 1) {
      refresher.want(storm);
      await vi.advanceTimersByTimeAsync(20);
    }
    vi.clearAllTimers();
    const last = asked.at(-1)?.at ?? 0;
    for (let from = (asked[0]?.at ?? 0) + 1_000; from < last - 60_000; from += 5_000) {
      const minute = asked.filter(({ at }) => at >= from && at < from + 60_000);
      const requests = minute.reduce((sum, one) => sum + one.requests, 0);
      expect(requests).toBeLessThan(1_200);
      expect(requests).toBeGreaterThan(100);
    }
  });

  it("plays the past no faster than the server answers", () => {
    for (const [width, height] of [
      [700, 800],
      [2_000, 1_000],
    ] as const) {
      tilesInSight.value = tilesOf(width, height);
      expect((60_000 / stepMs()) * (14 + 2 * tilesInSight.value)).toBeLessThan(1_100);
    }
  });
});

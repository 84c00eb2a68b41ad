import { afterEach, describe, expect, it } from "vitest";
import { apart, type Plan, planOf, scaleBar } from "../src/command/footprint";
import { addressOfView, type View, viewOfAddress } from "../src/command/link";
import { nextDue } from "../src/command/whistles";
import { tongue } from "../src/shared/words";

afterEach(() => void (tongue.value = "zh"));

/** A generator of whole numbers below `most`, the same each time for a seed. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % most;
  };
}

const ID = "019a5f3e-7c00-7abc-8def-0123456789ab";

function anyView(roll: (most: number) => number): View {
  const one = <T>(...choices: T[]): T => choices[roll(choices.length)] as T;
  const names = ["incidents", "streets", "heat", "cells_by_rate", "base_map"].filter(() => roll(2));
  return {
    chosen: one(null, { kind: "case", id: ID } as const, { kind: "whistle", id: ID } as const),
    place: one(null, {
      lon: (roll(360_000) - 180_000) / 1_000,
      lat: (roll(160_000) - 80_000) / 1_000,
      zoom: roll(2_000) / 100,
    }),
    shown: one(
      null,
      names.map((name) => ({ name, opacity: (roll(100) + 1) / 100 })),
    ),
    moment: one(null, "2026-03-05T14:30:00+08:00", "2026-03-05T06:30:00.123456Z"),
    tongue: one(null, "zh", "en"),
    theme: one(null, "auto", "day", "night"),
  };
}

describe("a link to a view", () => {
  it("comes back as every view that it was made of", () => {
    const roll = dice(7);
    for (let round = 0; round < 500; round += 1) {
      const view = anyView(roll);
      expect(viewOfAddress(addressOfView(view))).toEqual(view);
    }
  });

  it.each([
    "/command/cases/../../x",
    "/command/cases/<script>",
    "/command?map=1/2",
    "/command?map=99/2/3",
    "/command?map=a/b/c",
    "/command?at=yesterday",
    "/command?at=2026-13-45T99:99:00Z",
    "/command?lang=fr&theme=pink",
    "/elsewhere",
  ])("leaves out what it does not understand: %s", (address) => {
    const { chosen, place, moment, tongue: said, theme } = viewOfAddress(address);
    expect([chosen, place, moment, said, theme]).toEqual([null, null, null, null, null]);
  });

  it("carries ids and codes, and no words of anybody", () => {
    const view = { ...anyView(dice(1)), chosen: { kind: "case", id: ID } as const };
    expect(decodeURIComponent(addressOfView(view))).toMatch(/^[\w/?=&.,~:+-]+$/);
  });
});

describe("a footprint", () => {
  const square = (west: number, east: number) => ({
    type: "Polygon",
    coordinates: [
      [
        [west, 36.65],
        [east, 36.65],
        [east, 36.6502],
        [west, 36.6502],
        [west, 36.65],
      ],
    ],
  });

  it("is laid flat to one scale: a degree east is shorter than a degree north", () => {
    const plan = planOf([square(117.09, 117.0902)], 480, 300) as Plan;
    const [xs, ys] = [0, 1].map((axis) =>
      [...(plan.parts[0] as Plan["parts"][0]).path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map((pair) =>
        Number(pair[axis + 1]),
      ),
    ) as [number[], number[]];
    const [wide, tall] = [xs, ys].map((all) => Math.max(...all) - Math.min(...all)) as [number, number];
    expect(wide / tall).toBeCloseTo(Math.cos((36.6501 * Math.PI) / 180), 2);
    expect(tall * plan.metres).toBeCloseTo(22.24, 1);
  });

  it("writes names of thin parts apart, and leaves alone those that can be read", () => {
    const size = { wide: 110, tall: 42 };
    for (const places of [
      [
        [250, 150],
        [260, 165],
      ],
      [
        [250, 290],
        [250, 285],
        [250, 280],
        [300, 20],
      ],
      [
        [60, 150],
        [200, 150],
      ],
    ] as [number, number][][]) {
      const found = apart(places, size, 300);
      for (const [at, [x, y]] of found.entries()) {
        expect([x, y >= 0 && y <= 300]).toEqual([places[at]?.[0], true]);
        for (const [otherX, otherY] of found.slice(at + 1)) {
          expect(Math.abs(x - otherX) >= size.wide || Math.abs(y - otherY) >= size.tall - 1).toBe(true);
        }
      }
    }
    const free = [
      [60, 150],
      [200, 150],
    ] as [number, number][];
    expect(apart(free, size, 300)).toEqual(free);
  });

  it("says its scale in round metres", () => {
    expect(scaleBar(0.1, 120)).toEqual({ metres: 10, units: 100 });
    expect(planOf([{ type: "GeometryCollection", geometries: [] }], 480, 300)).toBeNull();
  });
});

describe("what is due next in a whistle", () => {
  const side = { confirm_due_at: "2026-03-05T10:00:00+08:00", confirmed_at: null, closed_at: null };
  const summons = {
    due_at: "2026-03-05T10:30:00+08:00",
    arrived_at: null,
    measure_due_at: "2026-03-06T10:00:00+08:00",
    measured_at: null,
    stage: "summoned",
  };
  const whistle = { stage: "drafted", sides: [side], summons: [summons], close_due_at: "2026-03-09T10:00:00+08:00" };

  it("is the confirmation while it is drafted, then the coming, the measure, the closing", () => {
    expect(nextDue(whistle)).toBe(side.confirm_due_at);
    expect(nextDue({ ...whistle, stage: "blown" })).toBe(summons.due_at);
    const here = { ...summons, arrived_at: "2026-03-05T10:20:00+08:00", stage: "on_site" };
    expect(nextDue({ ...whistle, stage: "blown", summons: [here] })).toBe(summons.measure_due_at);
    expect(nextDue({ ...whistle, stage: "blown", summons: [{ ...here, stage: "released" }] })).toBe(
      whistle.close_due_at,
    );
    expect(nextDue({ ...whistle, stage: "closed" })).toBeNull();
  });
});

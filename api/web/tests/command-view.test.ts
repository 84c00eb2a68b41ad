import { afterEach, describe, expect, it } from "vitest";
import { type Act, bodyOf, CASE_ACTS, KEYS, missingOf, WHISTLE_ACTS } from "../src/command/acts";
import { type Plan, planOf, scaleBar } from "../src/command/footprint";
import { addressOfView, type View, viewOfAddress } from "../src/command/link";
import { FACTS } from "../src/command/saying";
import { timeline } from "../src/command/timeline-words";
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

describe("keys", () => {
  it("mean one thing each", () => {
    const letters = [...CASE_ACTS, ...WHISTLE_ACTS].map(({ letter }) => letter).concat(Object.values(KEYS));
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe("an act's body", () => {
  const act = (name: string) => CASE_ACTS.filter((one) => one.name === name)[0] as Act;

  it("leaves out what is empty, and has times with an offset", () => {
    expect(bodyOf(act("file"), "x", { text: "  " })).toEqual({ id: "x" });
    expect(bodyOf(act("suspend"), "x", { until: "2026-07-01T09:00", reason: "汛期" })).toEqual({
      id: "x",
      until: "2026-07-01T09:00:00+08:00",
      reason: "汛期",
    });
    expect(bodyOf(act("ask_extension"), "x", { minutes: "240", reason: "吊车" })).toMatchObject({ minutes: 240 });
  });

  it("says what is still wanted", () => {
    expect(missingOf(act("reject"), { reason: " " })).toEqual(["reason"]);
    expect(missingOf(act("accept"), {})).toEqual([]);
  });
});

describe("the story", () => {
  const fact = (kind: string, payload: Record<string, unknown>) => ({
    seq: 1,
    kind,
    at: "2026-03-05T14:30:00+08:00",
    author: "centre",
    payload,
  });
  const names: Record<string, string> = {
    "370102-D-CG": "城管局",
    "370102001": "解放路街道",
    "370102002": "千佛山街道",
  };
  const name = (code: string): string => names[code] ?? code;

  it("has words in both tongues for every fact it knows, and shows a new one by its name", () => {
    for (const { zh, en } of Object.values(FACTS)) expect(zh && en).toBeTruthy();
    expect(timeline([fact("something_new", {})], name)[0]?.title).toEqual({ zh: "something_new", en: "something_new" });
  });

  it("calls organisations by their names and hides what is for machines", () => {
    const [event] = timeline(
      [fact("dispatched", { organisation: "370102-D-CG", digest: "ff", due_step: 1, evidence: ["e1"] })],
      name,
    );
    expect(event?.lines).toEqual([{ label: { zh: "单位", en: "Organisation" }, text: { zh: "城管局", en: "城管局" } }]);
    expect(event?.evidence).toEqual(["e1"]);
  });

  it("says shares of a combined whistle as people do", () => {
    const sides = [
      ["370102001", 2 / 3, 400],
      ["370102002", 1 / 3, 200],
    ];
    const [event] = timeline([fact("whistle_drafted", { sides })], name);
    expect(event?.lines[0]?.text.zh).toBe("解放路街道 66.7%、千佛山街道 33.3%");
  });

  it("takes what it does not expect as it is", () => {
    const [event] = timeline([fact("noted", { sides: "odd", deep: { a: [1, null, true] }, n: 0.123456 })], name);
    expect(event?.lines.map(({ text }) => text.en)).toEqual(["odd", "a 1, null, yes", "0.1235"]);
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

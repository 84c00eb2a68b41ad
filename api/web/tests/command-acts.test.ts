import { describe, expect, it } from "vitest";
import { type Act, bodyOf, CALLERS, CASE_ACTS, KEYS, missingOf, NOWHERE, WHISTLE_ACTS } from "../src/command/acts";
import type { Held } from "../src/command/chosen";
import { kindsOffered } from "../src/command/Blow";
import { askedOf, choicesOf, differs, lackingOf, settled, whistleActs } from "../src/command/prospects";
import { type Kind, kinds } from "../src/command/state";
import { heldBy } from "../src/command/whistles";

const named = (name: string): Act => {
  const found = [...CASE_ACTS, ...WHISTLE_ACTS].find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};
const ofWhistle = (name: string): Act => WHISTLE_ACTS.find((one) => one.name === name) ?? named(name);

describe("keys", () => {
  it("mean one thing each", () => {
    const letters = [...CASE_ACTS, ...WHISTLE_ACTS].map(({ letter }) => letter).concat(Object.values(KEYS));
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe("the kinds of whistle", () => {
  it("are those that the server offers, in its order, and none that the page does not know yet", () => {
    kinds.value = ["emergency", "key_work", "street_call"].map((code) => ({ code })) as unknown as Kind[];
    const found = kindsOffered({ whistleKinds: ["street_call", "new", "emergency"] });
    expect(found.map(({ code }) => code)).toEqual(["street_call", "emergency"]);
    expect(kindsOffered({ whistleKinds: [] })).toEqual([]);
  });
});

describe("an act's body", () => {
  it("leaves out what is empty, and has times with an offset", () => {
    expect(bodyOf(named("file"), "x", { text: "  " })).toEqual({ id: "x" });
    expect(bodyOf(named("suspend"), "x", { until: "2026-07-01T09:00", reason: "汛期" })).toEqual({
      id: "x",
      until: "2026-07-01T09:00:00+08:00",
      reason: "汛期",
    });
    expect(bodyOf(named("ask_extension"), "x", { minutes: "240", reason: "吊车" })).toMatchObject({ minutes: 240 });
  });

  it("says where and when somebody was, and when alone where the device knows no more", () => {
    const [at, sentAt] = ["2026-03-05T12:18:00Z", "2026-03-05T12:18:02Z"];
    const where = { datum: "wgs84", lon: 117.1, lat: 36.6, accuracy_m: 8 };
    const values = { organisation_code: "370102-D-ZF", position: JSON.stringify(where) };
    const when = { id: "x", organisation_code: "370102-D-ZF", device_time: at, sent_at: sentAt };
    expect(bodyOf(ofWhistle("check-in"), "x", values, { at, sentAt })).toEqual({ ...when, position: where });
    expect(bodyOf(ofWhistle("vouch"), "x", { ...values, position: NOWHERE }, { at, sentAt })).toEqual(when);
    expect(bodyOf(ofWhistle("acknowledge"), "x", values, { at, sentAt })).not.toHaveProperty("device_time");
  });

  it("names who comes beside the list, or instead", () => {
    const values = { by_list: "", organisations: "370102-D-ZF,370102-D-GA", reason: "只需两家" };
    expect(bodyOf(ofWhistle("summons"), "x", values)).toEqual({
      id: "x",
      by_list: false,
      organisations: ["370102-D-ZF", "370102-D-GA"],
      reason: "只需两家",
    });
    expect(CALLERS.map(({ name }) => name)).toContain("teams");
  });

  it("says what is still wanted", () => {
    expect(missingOf(named("reject"), { reason: " " })).toEqual(["reason"]);
    expect(missingOf(named("accept"), {})).toEqual([]);
  });
});

const [ZF, GA, EAST, WEST] = ["370102-D-ZF", "370102-D-GA", "370102001", "370103002"];
const prospect = (act: string, more: Record<string, unknown> = {}) => ({
  act,
  possible: true,
  why_not: null,
  street_code: null,
  organisation_code: null,
  in_stead: false,
  ...more,
});
const held = (acts: unknown[], stages: Record<string, string> = {}): Pick<Held, "whistle" | "acts"> =>
  ({
    acts,
    whistle: {
      sides: [{ street_code: EAST }, { street_code: WEST }],
      summons: Object.entries(stages).map(([organisation_code, stage]) => ({ organisation_code, stage })),
    },
  }) as unknown as Held;
const one = (name: string, from: Pick<Held, "whistle" | "acts">) => {
  const found = whistleActs(from).find(({ act }) => act.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe("an act that can be done in several places", () => {
  const two = held([
    prospect("release", { organisation_code: ZF, street_code: EAST }),
    prospect("release", { organisation_code: GA, street_code: EAST }),
    prospect("release", { organisation_code: GA, street_code: WEST, possible: false, why_not: "no" }),
  ]);

  it("is not done to the first by a click: who is meant is asked", () => {
    const release = one("release", two);
    expect(release.atOnce).toBe(false);
    expect(release.values).toEqual({ street_code: EAST });
    expect(choicesOf(release.spots, "organisation_code", release.values)).toEqual([ZF, GA]);
    expect(lackingOf(release.act, release.spots, release.values)).toEqual(["organisation_code"]);
  });

  it("is done by a click where there is one place", () => {
    const release = one("release", held([prospect("release", { organisation_code: ZF, street_code: EAST })]));
    expect(release.atOnce).toBe(true);
    expect(release.values).toEqual({ organisation_code: ZF, street_code: EAST });
  });

  it("offers only those sides that fit whom is chosen, and takes back a choice that fits no more", () => {
    const spots = [
      { organisation_code: ZF, street_code: EAST, reason: false },
      { organisation_code: GA, street_code: EAST, reason: false },
      { organisation_code: GA, street_code: WEST, reason: true },
    ];
    const act = ofWhistle("release");
    expect(settled(act, spots, { organisation_code: ZF }).street_code).toBe(EAST);
    const values = { organisation_code: GA, street_code: WEST };
    expect(settled(act, spots, values)).toEqual(values);
    expect(settled(act, spots, { ...values, organisation_code: ZF }).street_code).toBe(EAST);
    const reasons = (given: Record<string, string>) =>
      askedOf(act, spots, given).find(({ name }) => name === "reason")?.required;
    expect(reasons(values)).toBe(true);
    expect(reasons({ ...values, street_code: EAST })).toBe(false);
  });

  it("wants a reason in a side's stead, and for whoever is let go without a measure", () => {
    const above = one("close", held([prospect("close", { street_code: WEST, in_stead: true })]));
    expect(above.atOnce).toBe(false);
    expect(lackingOf(above.act, above.spots, above.values)).toEqual(["reason"]);
    const silent = held([prospect("release", { organisation_code: ZF, street_code: EAST })], { [ZF]: "on_site" });
    expect(one("release", silent).atOnce).toBe(false);
  });

  it("looks where somebody is before they check in by a click", () => {
    const found = one("check-in", held([prospect("check_in", { organisation_code: ZF })]));
    expect(found.atOnce).toBe(false);
    expect(lackingOf(found.act, found.spots, found.values)).toEqual(["position"]);
    expect(lackingOf(found.act, found.spots, { ...found.values, position: NOWHERE })).toEqual([]);
  });

  it("says why not where there is no place", () => {
    const found = one("confirm", held([prospect("confirm", { possible: false, why_not: "late", street_code: EAST })]));
    expect([found.possible, found.whyNot, found.atOnce]).toEqual([false, "late", false]);
  });

  it("wants a reason for whoever comes beside the list", () => {
    const summons = one("summons", held([prospect("choose_summons", { street_code: EAST })]));
    expect(differs(summons.values)).toBe(false);
    expect(lackingOf(summons.act, summons.spots, { ...summons.values, organisations: ZF })).toEqual(["reason"]);
    expect(summons.atOnce).toBe(false);
  });
});

describe("a side", () => {
  it("holds whom it has not let go, whatever the others did", () => {
    const whistle = {
      summons: [
        { organisation_code: ZF, stage: "measured" },
        { organisation_code: GA, stage: "released" },
      ],
      releases: [{ organisation_code: ZF, street_code: EAST }],
    };
    expect(heldBy(whistle, EAST)).toEqual([]);
    expect(heldBy(whistle, WEST)).toEqual([ZF]);
  });
});

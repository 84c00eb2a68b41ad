/** What is pressed is asked for once; what is filled in stays, whatever becomes of the card that it was begun at. */
import { beforeEach, describe, expect, test } from "vitest";
import { arrival, caseAct, whistleAct } from "../src/field/acts";
import { type Begun, begin, begunOf, close, isOvertaken, keptAs, leftOver } from "../src/field/begun";
import type { Called, Holder, Task, Today } from "../src/field/carried";
import { type Draft, fresh, type Item, type Outcome, settled } from "../src/field/outbox/items";
import { holder } from "../src/field/phone";
import { askedOf, isDecided, keptWords } from "../src/field/pressing";

const ME: Holder = { account_id: "me", login: "worker", name: "网格员", permissions: [] };
const AT = new Date("2026-03-05T06:30:00Z");
const HERE = { lon: 117.07, lat: 36.66, accuracyM: 9, at: AT.getTime() };
const TASK = { incident_id: "case", number: "N", revision: 7, matter: "路灯不亮", acts: ["verify", "note"] } as Task;
const WHISTLE = {
  whistle_id: "whistle",
  number: "W",
  summons: [{ organisation_code: "ZF", mine: true, stage: "on_site" }],
} as Called;

const waits = (draft: Draft): Item => fresh(draft, 1);
const after = (item: Item, outcome: Outcome): Item => settled(item, outcome, AT.getTime(), 0);
const sent = (item: Item): Item => after(item, { is: "done", answer: {} });
const refused = (item: Item): Item =>
  after(item, { is: "refused", trouble: { status: 422, kind: "x", message: "", details: [], faults: [] } });

describe("a case", () => {
  const act = (what: "verify" | "note", task = TASK): Item => {
    const [draft] = caseAct(task, { act: what, words: "好", shots: [] }, ME, AT);
    if (!draft) throw new Error("there is none");
    return waits(draft);
  };

  test("is decided upon once: while that waits, and after it was sent until the case has moved on", () => {
    const verify = act("verify");
    const later = { ...TASK, revision: 8 };
    expect(isDecided([verify], TASK)).toBe(true);
    expect(isDecided([verify], later)).toBe(true);
    expect(isDecided([sent(verify)], TASK)).toBe(true);
    expect(isDecided([sent(verify)], later)).toBe(false);
    expect(isDecided([refused(verify)], TASK)).toBe(false);
    expect(isDecided([verify], { ...TASK, incident_id: "another" })).toBe(false);
  });

  test("may be noted upon as often as somebody wants", () => {
    expect(isDecided([act("note"), sent(act("note"))], TASK)).toBe(false);
  });
});

describe("a summons", () => {
  const come = arrival({ whistle: WHISTLE, organisation: "ZF", act: "check-in" }, HERE, ME, AT);

  test("is answered once by each organisation, unless that was refused", () => {
    expect([...askedOf([waits(come)], "whistle", "ZF")].sort()).toEqual(["acknowledge", "check-in"]);
    expect(askedOf([sent(waits(come))], "whistle", "ZF").has("check-in")).toBe(true);
    expect(askedOf([refused(waits(come))], "whistle", "ZF").size).toBe(0);
    expect(askedOf([waits(come)], "whistle", "CG").size).toBe(0);
    expect(askedOf([waits(come)], "another", "ZF").size).toBe(0);
  });

  test("says what was kept of it: a place only where there was one", () => {
    const blind = arrival({ whistle: WHISTLE, organisation: "ZF", act: "vouch" }, null, ME, AT);
    const leave = whistleAct({ whistle: WHISTLE, organisation: "ZF", act: "leave" }, ME, AT);
    expect(keptWords(true, come)).toContain("时间和位置");
    expect(keptWords(true, blind)).toContain("没有定位");
    expect(keptWords(true, leave)).not.toMatch(/时间|位置|定位/);
    expect(keptWords(false, come)).toContain("仅在本页内存中");
  });
});

describe("what is filled in", () => {
  const verify: Begun = { what: "act", task: TASK, act: "verify" };
  const measure: Begun = { what: "measure", whistle: WHISTLE, organisation: "ZF" };
  const day = (tasks: Task[], whistles: Called[] = []) => ({ tasks, whistles }) as unknown as Today;
  const words = (upon: Begun, said = "已换灯泡") => ({ words: said, shots: [], upon });

  beforeEach(() => {
    holder.value = ME;
    close();
  });

  test("is open as it was begun, for whom it was begun only", () => {
    begin(verify);
    expect(begunOf("act")?.task.revision).toBe(7);
    expect(begunOf("measure")).toBeNull();
    holder.value = { ...ME, account_id: "another" };
    expect(begunOf("act")).toBeNull();
  });

  test("is overtaken once the case moved on or left, which a note does not mind as long as it is there", () => {
    const note: Begun = { ...verify, act: "note" };
    const moved = day([{ ...TASK, revision: 8 }]);
    expect([verify, note].map((one) => isOvertaken(one, day([TASK])))).toEqual([false, false]);
    expect([verify, note].map((one) => isOvertaken(one, moved))).toEqual([true, false]);
    expect([verify, note, measure].map((one) => isOvertaken(one, day([])))).toEqual([true, true, true]);
    expect(isOvertaken(verify, null)).toBe(false);
  });

  test("is listed once no card leads to it any more, and not before", () => {
    const all = [words(verify), words(measure)];
    expect(leftOver(all, day([TASK], [WHISTLE]))).toEqual([]);
    expect(leftOver(all, day([]))).toEqual(all);
    expect(leftOver(all, day([{ ...TASK, acts: ["note"] }], [WHISTLE]))).toEqual([all[0]]);
    expect(leftOver([words(verify, " ")], day([]))).toEqual([]);
  });

  test("is kept apart for each case and act, whistle and organisation", () => {
    expect([verify, measure].map(keptAs)).toEqual(["act:case:verify", "measure-of:whistle:ZF"]);
  });
});

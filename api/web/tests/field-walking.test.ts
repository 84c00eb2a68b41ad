/** A walk that is interrupted: it can be sent whenever it is gone on with, once, and says nothing of another period. */
import { describe, expect, test } from "vitest";
import { patrol } from "../src/field/acts";
import type { Checklist, DueWalk, Holder } from "../src/field/carried";
import { begunWalk, goneOn, type Told, type Walked } from "../src/field/walking";
import { phoneOfEachTest } from "./outbox-things";

const phone = phoneOfEachTest();
const OWNER: Holder = { account_id: "me", login: "worker", name: "网格员", permissions: [] };
const CHECKLIST = { code: "fire", version: 1, name_zh: "消防", name_en: "Fire", items: [] } as Checklist;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.parse("2026-03-02T09:00:00+08:00");

const due = (until: string): DueWalk => ({
  checklist_code: "fire",
  checklist_version: 1,
  cell_code: "370102001001001",
  last_at: null,
  due_at: until,
});
const WEEKLY = due("2026-03-09T00:00:00+08:00");
const DAILY = due("2026-03-03T00:00:00+08:00");
const at = (ms: number, aheadMs = 0): Told => ({ now: MONDAY + ms + aheadMs, aheadMs });
const answered = (walk: DueWalk, told = at(0)): Walked => ({
  ...begunWalk(walk, told),
  found: { exits: { answer: "ok", note: "" } },
});
/** How long the patrol says that it took, once it is sent in. */
function took({ startedAt }: Walked, { now }: Told): number {
  return now - Date.parse(startedAt);
}

describe("a walk that is gone on with", () => {
  test("within its day is as it was", () => {
    const walked = answered(WEEKLY);
    expect(goneOn(walked, WEEKLY, at(23 * HOUR))).toBe(walked);
  });

  test.each([
    ["two days later", 2 * DAY],
    ["just a day later", DAY],
    ["by a clock that was put back", -HOUR],
  ])("%s begins now, says so, and keeps its answers", (_, ms) => {
    const walked = answered(WEEKLY);
    const now = goneOn(walked, WEEKLY, at(ms));
    expect(now).toMatchObject({ anew: "late", found: walked.found });
    expect(now.id).not.toBe(walked.id);
    expect(took(now, at(ms))).toBe(0);
    expect(goneOn(now, WEEKLY, at(ms))).toBe(now);
  });

  test("over midnight goes on; in the morning its answers are those of yesterday, and are not taken over", () => {
    const walked = answered(DAILY, at(14 * HOUR));
    const next = due("2026-03-04T00:00:00+08:00");
    expect(goneOn(walked, next, at(15.5 * HOUR))).toBe(walked);
    const now = goneOn(walked, next, at(DAY));
    expect(now).toMatchObject({ anew: "past", found: {}, until: next.due_at });
    expect(goneOn(now, next, at(DAY))).toBe(now);
  });

  test("is judged by the server's clock as to its period, and by the phone's as to its time", () => {
    const walked = answered(DAILY, at(0, 20 * HOUR));
    expect(walked.until).toBe(DAILY.due_at);
    expect(goneOn(walked, DAILY, at(HOUR, 20 * HOUR))).toBe(walked);
  });

  test("without signal for days is not begun anew for ever", () => {
    const walked = answered(DAILY, at(3 * DAY));
    expect(walked.until).toBeUndefined();
    expect(goneOn(walked, DAILY, at(3 * DAY + HOUR))).toBe(walked);
    expect(goneOn(walked, DAILY, at(4 * DAY))).toMatchObject({ anew: "past", found: {} });
  });

  test("says nothing where there was nothing to lose", () => {
    expect(goneOn(begunWalk(WEEKLY, at(0)), WEEKLY, at(2 * DAY)).anew).toBeUndefined();
    expect(goneOn(begunWalk(DAILY, at(0)), due("2026-03-04T00:00:00+08:00"), at(DAY)).anew).toBeUndefined();
  });
});

test("a walk that is finished twice is one patrol", async () => {
  const outbox = await phone.outbox();
  const walked = answered(WEEKLY);
  for (const ms of [HOUR, HOUR + 300]) {
    const filed = patrol({ checklist: CHECKLIST, cell: "c", ...walked }, OWNER, new Date(at(ms).now));
    await outbox.add([filed]);
  }
  expect(outbox.all().map(({ id }) => id)).toEqual([walked.id]);
});

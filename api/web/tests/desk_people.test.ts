import { afterEach, expect, test } from "vitest";
import { changedBody, madeWords, personField, staffOf, staffValue } from "../src/desk/accounts/known";
import { amountIn } from "../src/desk/rules/amounts";
import { holds, isOver, lastProposed, serviceOf, whyNotEnd, whyNotThere } from "../src/desk/registers/service";
import type { PersonOut } from "../src/desk/registers/types";
import { changed, faultsOf } from "../src/shared/ui/forms";
import { shownAs } from "../src/shared/ui/suggested";
import { tongue } from "../src/shared/words";

afterEach(() => {
  tongue.value = "zh";
});

const at = (moment: string): number => Date.parse(`${moment}+08:00`);
const NOON = at("2026-03-05T12:00:00");
const grant = (area_code: string, organisation_code: string | null = null, permissions = ["people.manage"]) => ({
  role: "administrator",
  area_code,
  organisation_code,
  permissions,
});

test("whoever leaves tomorrow still serves today, and is said to leave on their last day", () => {
  const end = "2026-03-06T00:00:00+08:00";
  expect(serviceOf(null, NOON)).toEqual({ state: "serving", words: { zh: "在岗", en: "Serving" } });
  expect(serviceOf(end, NOON)).toEqual({
    state: "leaving",
    words: { zh: "将于 2026-03-05 离岗", en: "Leaves 2026-03-05" },
  });
  expect(serviceOf(end, at("2026-03-05T23:59:59")).state).toBe("leaving");
  expect(serviceOf(end, at("2026-03-06T00:00:00"))).toEqual({
    state: "left",
    words: { zh: "离岗 2026-03-05", en: "Left 2026-03-05" },
  });
});

test("a duty holds from its beginning to its end, which is not part of it", () => {
  const duty = { since: "2026-03-01T00:00:00+08:00", until: "2026-03-06T00:00:00+08:00" };
  const moments = ["2026-02-28T23:59:59", "2026-03-01T00:00:00", "2026-03-05T23:59:59", "2026-03-06T00:00:00"];
  expect(moments.map((moment) => holds(duty, at(moment)))).toEqual([false, true, true, false]);
  expect(holds({ ...duty, until: null }, at("2036-01-01T00:00:00"))).toBe(true);
  expect([isOver(null, NOON), isOver(duty.until, NOON), isOver(duty.until, at(moments[3] ?? ""))]).toEqual([
    false,
    false,
    true,
  ]);
});

test("a duty is ended by whoever looks after its place, and only while it is not over", () => {
  const duty = { until: null, target_code: "370102001002001" };
  const street = [grant("370102001")];
  expect(whyNotEnd(duty, street, NOON)).toBeUndefined();
  expect(whyNotEnd({ ...duty, until: "2026-03-06T00:00:00+08:00" }, street, NOON)).toBeUndefined();
  expect(whyNotEnd({ ...duty, until: "2026-03-05T00:00:00+08:00" }, street, NOON)).toBe("已经结束");
  expect(whyNotEnd(duty, [grant("370102002")], NOON)).toContain("管辖范围");
  expect(whyNotEnd(duty, [grant("370102", null, ["grid.read", "grid.plan"])], NOON)).toContain("角色");
  expect(whyNotThere([grant("370102", "370102-D-ZF")], "370102001")).toContain("管辖范围");
  expect(whyNotThere([grant("370102002"), grant("370102")], "370102001")).toBeUndefined();
  expect(whyNotThere([], "370102001")).toContain("角色");
});

test("today is proposed as the last day, never before a duty begins nor after it ends", () => {
  const since = "2026-03-01T00:00:00+08:00";
  expect(lastProposed({ since, until: null }, NOON)).toBe("2026-03-05");
  expect(lastProposed({ since, until: "2026-04-01T00:00:00+08:00" }, NOON)).toBe("2026-03-05");
  expect(lastProposed({ since: "2026-03-09T00:00:00+08:00", until: null }, NOON)).toBe("2026-03-09");
  expect(lastProposed({ since, until: "2026-03-04T00:00:00+08:00" }, NOON)).toBe("2026-03-03");
});

test("of an account that is made the password is told, or why there is none", () => {
  expect(madeWords({ password: "four words", has_password: true })).toBeNull();
  expect(madeWords({ password: null, has_password: true })?.zh).toMatch(/之前已建好.*重置密码/);
  expect(madeWords({ password: null, has_password: false })?.zh).toContain("统一身份认证");
});

test("an account's address and person are taken out where they are emptied, and unsaid where they are left", () => {
  const before = { name: "王", email: "wang@example.org", person: "370102 0190-a" };
  const sent = (after: Partial<typeof before>) => {
    const values = { ...before, ...after };
    return changedBody(changed(before, values), values);
  };
  expect(sent({})).toEqual({});
  expect(sent({ email: "" })).toEqual({ email: null });
  expect(sent({ person: "", name: "王小明" })).toEqual({ person: null, name: "王小明" });
  expect(sent({ person: "370102 0190-b" })).toEqual({ person: { district_code: "370102", id: "0190-b" } });
});

test("whoever holds an account stands in its form by name", () => {
  const id = "019a5f3e-7c00-7abc-8def-0123456789ab";
  const names = { name: "林晓燕", staff_code: "P9001", organisation_name: "解放桥社区" };
  const held = { id, district_code: "370102", ...names } as PersonOut;
  const field = personField(held);
  expect(field.options?.map(shownAs)).toEqual(["林晓燕 · 解放桥社区（P9001）"]);
  expect(field.options?.[0]?.value).toBe(staffValue(held));
  expect(staffOf({ person: staffValue(held) })).toEqual({ district_code: "370102", id });
  expect([staffValue(null), staffOf({ person: "" })]).toEqual(["", null]);
  expect(faultsOf([field], { person: staffValue(held) })).toEqual({});
  expect(faultsOf([field], { person: "林" })).toHaveProperty("person");
});

test("one day is a day, and two are days", () => {
  const told = () => [amountIn(1, "working_days"), amountIn(3, "working_days"), amountIn(1, "hours")];
  expect(told()).toEqual(["1 个工作日", "3 个工作日", "1 小时"]);
  tongue.value = "en";
  expect(told()).toEqual(["1 working day", "3 working days", "1 hour"]);
});

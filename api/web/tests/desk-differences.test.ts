/** Whoever compares two versions reads words, not the codes that programs know things by. */
import { afterEach, expect, test, vi } from "vitest";
import { differences, written } from "../src/desk/differences";
import { organisations } from "../src/desk/registers/organisations_known";
import { readWalkers } from "../src/desk/rules/walkers_known";
import { told } from "../src/desk/telling";

afterEach(() => {
  vi.unstubAllGlobals();
  organisations.value = [];
});

test("kinds, rhythms, days, tongues and channels are said in words", () => {
  const yours = { kind: "street_office", every: "weekly", language: "zh", channels: ["email"], muted: ["case.*"] };
  const theirs = { kind: "community", every: "daily", language: "en", channels: ["webhook"], muted: [] };
  expect(differences(yours, theirs).map(({ one, other }) => [one, other])).toEqual([
    ["街道办事处", "社区"],
    ["每周", "每天"],
    ["中文", "英文"],
    ["电子邮件", "回调地址"],
    ["案卷的一切", "–"],
  ]);
  expect(written({ day: "2026-10-10", kind: "work" })).toContain("类别: 调休上班");
  expect(told({ before: { kind: "cell" }, after: { kind: "street" } })).toBe("类别: 网格 → 街道");
});

test("two organisations of one name are told apart, and what a district made up itself is shown as it is", () => {
  const called = {
    name: "城管中队",
    kind: "department",
    area_code: "370102",
    parent_code: null,
    closed_at: null,
  } as const;
  organisations.value = ["A", "B"].map((code) => ({ ...called, code, etag: code }));
  expect(differences({ lead: "A", kind: "own" }, { lead: "B", kind: "other" })).toEqual([
    { name: "lead", one: "城管中队（A）", other: "城管中队（B）" },
    { name: "kind", one: "own", other: "other" },
  ]);
  expect(written(["A", "C"], "cooperating")).toBe("城管中队（A）; C");
});

test("a role is of an account or of who walks, and is said either way", async () => {
  const walkers = ["", "_part_time"].map((kind) => ({
    code: `grid_worker${kind}`,
    name_zh: kind ? "兼职网格员" : "专职网格员",
    name_en: "Grid worker",
  }));
  const answer = new Response(JSON.stringify({ items: walkers, next: null }), {
    headers: { "Content-Type": "application/json" },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(answer));
  await readWalkers();
  expect(written(["grid_worker", "grid_worker_part_time", "own"], "roles")).toBe("专职网格员; 兼职网格员; own");
  expect([written("grid_worker", "role"), written("grid_worker_part_time", "role")]).toEqual(["网格员", "兼职网格员"]);
});

test("somebody is told by name and staff number once they are known, and two who may not be seen stay two", async () => {
  const people: Record<string, unknown> = { "id-0001": { id: "id-0001", name: "王芳", staff_code: "370102-P0001" } };
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    const found = people[path.replace("/api/v1/people/", "")];
    const headers = { "Content-Type": "application/json" };
    return Promise.resolve(new Response(JSON.stringify(found ?? {}), { status: found ? 200 : 404, headers }));
  });
  const both = () => differences({ person_id: "id-0001" }, { person_id: "id-0002" });
  expect(both()[0]?.one).not.toContain("id-0001");
  await vi.waitFor(() => expect(both()[0]?.other).toContain("不能查看"));
  expect(both()).toEqual([{ name: "person_id", one: "王芳（370102-P0001）", other: "您不能查看的人（…0002）" }]);
  expect(differences({ person_id: "id-0002" }, { person_id: "id-0003" })).toHaveLength(1);
  expect(differences({ person_id: null }, { person_id: "id-0001" })).toEqual([
    { name: "person_id", one: "–", other: "王芳（370102-P0001）" },
  ]);
  expect(asked.filter((path) => path.endsWith("id-0001"))).toHaveLength(1);
});

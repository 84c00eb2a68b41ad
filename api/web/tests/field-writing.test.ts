import { expect, test } from "vitest";
import { caseAct, patrol } from "../src/field/acts";
import type { Checklist, Holder, Matter, Task } from "../src/field/carried";
import { blank, itemsOf, missing, type Shot } from "../src/field/report/draft";
import { found, offered, used } from "../src/field/report/matters";
import { fresh } from "../src/field/outbox/items";
import { isShort, sized } from "../src/field/storage";
import { standingWords } from "../src/field/standing";
import { isWalked, reported, type Walked } from "../src/field/walking";

const OWNER: Holder = { account_id: "me", login: "worker", name: "网格员", permissions: [] };
const AT = new Date("2026-03-05T06:30:00Z");

function matter(code: string, name: string, initials: string, pinyin: string, priority = 3): Matter {
  const rest = {
    category: "公用设施",
    subcategory: "井盖",
    admitted: true,
    whistle_kind: null,
    handle_within_minutes: 1,
  };
  return { code, name, initials, pinyin, priority, lead: "", cooperating: [], ...rest };
}

const LID = matter("1", "井盖破损或缺失", "jgpshqs", "jinggaiposunhuoqueshi", 1);
const LAMP = matter("2", "路灯不亮", "ldbl", "ludengbuliang");
const ALL = [LAMP, LID];

const SHOT: Shot = { id: "photo", name: "a.jpg", type: "image/jpeg", size: 3, sha256: "00", thumb: "" };

test.each([
  ["jg", "井盖破损或缺失"],
  ["JGPS", "井盖破损或缺失"],
  ["jinggai", "井盖破损或缺失"],
  ["井盖缺", "井盖破损或缺失"],
  ["ld", "路灯不亮"],
  ["不亮", "路灯不亮"],
])("%s finds %s", (asked, name) => {
  expect(found(ALL, asked)[0]?.name).toBe(name);
});

test("what is not there is not found, and nothing asked shows all", () => {
  expect(found(ALL, "xyz")).toEqual([]);
  expect(found(ALL, "  ")).toHaveLength(2);
});

test("the matters used last come first, each once", () => {
  expect(used(["1", "2"], "2")).toEqual(["2", "1"]);
  expect(offered(ALL, ["1"]).map((one) => one.code)).toEqual(["1", "2"]);
});

test("a report wants a matter and a place or an address, and says which is missing", () => {
  expect(missing(blank(), ALL)).toBe("matter");
  expect(missing({ ...blank(), matter: "1" }, ALL)).toBe("place");
  expect(missing({ ...blank(), matter: "1", address: "解放路 1 号" }, ALL)).toBeNull();
});

test("a matter that left the list since it was chosen must be chosen anew", () => {
  expect(missing({ ...blank(), matter: "1", address: "解放路 1 号" }, [LAMP])).toBe("matter");
});

test("a report without words says its matter, and its photos wait for it", () => {
  const written = { ...blank(), matter: "1", address: "解放路 1 号", shots: [SHOT] };
  const [report, photo] = itemsOf(written, LID, OWNER, AT);
  expect(report?.request.body).toMatchObject({ id: written.id, text: "井盖破损或缺失", channel: "grid_worker" });
  expect(photo?.after).toEqual([written.id]);
  expect(photo?.request.body).toMatchObject({ id: "photo", incident_id: written.id, sha256: "00" });
});

const TASK = { incident_id: "case", number: "N", revision: 7, matter: "路灯不亮" } as Task;

test("an act was decided upon a revision and waits for its photos; a note suits any state", () => {
  const [photo, verify] = caseAct(TASK, { act: "verify", words: "", shots: [SHOT] }, OWNER, AT);
  expect(photo?.after).toEqual([]);
  expect(verify?.after).toEqual(["photo"]);
  expect(verify?.request).toMatchObject({ ifMatch: '"7"', body: { evidence: ["photo"] } });
  const [note] = caseAct(TASK, { act: "note", words: " 已看 ", shots: [] }, OWNER, AT);
  expect(note?.request.ifMatch).toBeUndefined();
  expect(note?.request.body).toMatchObject({ text: "已看" });
});

test("a patrol answers every item of its checklist", () => {
  const items = ["a", "b"].map((code) => ({ code, zh: code, en: code, matter: null }));
  const checklist: Checklist = { code: "fire", version: 2, name_zh: "消防", name_en: "Fire", items };
  const walked = { checklist, cell: "c", startedAt: "t", found: { a: { answer: "found" as const, note: "坏" } } };
  expect(patrol(walked, OWNER, AT).request.body["answers"]).toEqual([
    { item: "a", answer: "found", note: "坏" },
    { item: "b", answer: "ok" },
  ]);
});

test("a finding that was reported names its report, unless the answer was changed since", () => {
  const items = ["a", "b"].map((code) => ({ code, zh: code, en: code, matter: null }));
  const checklist: Checklist = { code: "fire", version: 2, name_zh: "消防", name_en: "Fire", items };
  const start: Walked = { startedAt: "t", found: { a: { answer: "found", note: "坏" } } };
  const { found } = reported(reported(start, "a", "one"), "b", "two");
  const changed = { ...found, b: { answer: "ok" as const, note: "", incident: "two" } };
  expect(patrol({ checklist, cell: "c", startedAt: "t", found: changed }, OWNER, AT).request.body["answers"]).toEqual([
    { item: "a", answer: "found", note: "坏", incident_id: "one" },
    { item: "b", answer: "ok" },
  ]);
});

test("a walk that was sent off is not asked for again, one that was refused is", () => {
  const due = { checklist_code: "fire", checklist_version: 1, cell_code: "c", last_at: null, due_at: "t" };
  const checklist: Checklist = { code: "fire", version: 1, name_zh: "消防", name_en: "Fire", items: [] };
  const item = fresh(patrol({ checklist, cell: "c", startedAt: "t", found: {} }, OWNER, AT), 1);
  expect(isWalked(due, [item])).toBe(true);
  expect(isWalked(due, [{ ...item, state: "sent" }])).toBe(true);
  expect(isWalked(due, [{ ...item, state: "refused" }])).toBe(false);
  expect(isWalked({ ...due, cell_code: "other" }, [item])).toBe(false);
});

test.each([
  [100, "1 KB"],
  [5 * 1024 * 1024, "5 MB"],
  [10_737_418_240, "10.0 GB"],
])("%d bytes are said as %s", (bytes, said) => {
  expect(sized(bytes)).toBe(said);
});

test("the phone says that it fills up before it is full", () => {
  const megabyte = 1024 * 1024;
  expect(isShort({ usage: 0, quota: 1_000 * megabyte })).toBe(false);
  expect(isShort({ usage: 960 * megabyte, quota: 1_000 * megabyte })).toBe(true);
  expect(isShort({ usage: 20 * megabyte, quota: 60 * megabyte })).toBe(true);
});

test("what the server holds is said in words", () => {
  const rows = standingWords({ stage: "closed", revision: 3 });
  expect(rows.map(([name, value]) => `${name.zh} ${value}`)).toEqual(["阶段 已结案", "版本 3"]);
});

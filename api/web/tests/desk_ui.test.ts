import { afterEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "../src/shared/api";
import { changed, faultsOf, type Field, placed, placeIn, Refusal, type Row } from "../src/shared/ui/forms";
import { detailsOf, wordsOf } from "../src/shared/ui/problems";
import { fitting, meant } from "../src/shared/ui/suggested";
import { freshRow, insert, move, paste, put, tableOf } from "../src/shared/ui/rowed";
import { fits, paged, sorted } from "../src/shared/ui/rows";

afterEach(() => {
  vi.unstubAllGlobals();
});

const w = (zh: string) => ({ zh, en: zh });
const FIELDS: Field[] = [
  { name: "name", words: w("姓名"), required: true, most: 4 },
  { name: "phone", words: w("电话"), pattern: /^[0-9+ -]{3,20}$/ },
  { name: "minutes", words: w("分钟"), kind: "number", least: 1, most: 60 },
];

test("a form says what is missing, what is no number, and what is out of range", () => {
  const faults = faultsOf(FIELDS, { name: " ", phone: "x", minutes: "many" });
  expect(Object.keys(faults)).toEqual(["name", "phone", "minutes"]);
  expect(faultsOf(FIELDS, { name: "王芳", phone: "", minutes: "61" })).toHaveProperty(
    "minutes.en",
    "Not more than 60.",
  );
  expect(faultsOf(FIELDS, { name: "王芳", phone: "0531-123", minutes: "60" })).toEqual({});
});

test("a fault of the server stands at its field, also where it names a place within", () => {
  const problem = new Problem(422, "invalid-input", "no", [], [{ field: "body.phone", message: "too short" }]);
  expect(placed(FIELDS, problem)).toHaveProperty("phone.en", "too short");
  expect(placed(FIELDS, new Unreachable("/"))).toEqual({});
});

test("what the page itself refuses stands at its field in its own words, and blames no server", () => {
  const refused = new Refusal("phone", { zh: "已经有了。", en: "There is one." });
  expect(placed(FIELDS, refused)).toEqual({ phone: { zh: "已经有了。", en: "There is one." } });
  const elsewhere = new Refusal("code", { zh: "已经有了。", en: "There is one." });
  expect(placed(FIELDS, elsewhere)).toEqual({});
  expect([wordsOf(elsewhere).zh, detailsOf(elsewhere)]).toEqual(["已经有了。", []]);
});

test("a code that is taken is refused at its field, and no server is said to have refused it", async () => {
  vi.stubGlobal("addEventListener", () => undefined);
  const { requireFree } = await import("../src/desk/book");
  expect(() => requireFree(["a"], "b")).not.toThrow();
  expect(() => requireFree(["a"], "a")).toThrow(Refusal);
});

test("only what changed is sent", () => {
  expect(changed({ a: "1", b: ["x"], c: true }, { a: "1", b: ["x"], c: false })).toEqual(["c"]);
});

test("an error has words of ours in both tongues, and the server's as detail", () => {
  expect(wordsOf(new Problem(412, "stale", "x")).zh).toContain("别人已经改过");
  expect(detailsOf(new Problem(409, "conflict", "Taken."))).toEqual(["Taken."]);
  expect(wordsOf(new Unreachable("/")).en).toContain("does not answer");
  expect(detailsOf(new TypeError("inside"))).toEqual([]);
});

test("every word must be found, in whichever text", () => {
  expect(fits(["王芳", "SF-0012", null], "sf 王")).toBe(true);
  expect(fits(["王芳"], "王 李")).toBe(false);
});

test("rows are sorted by sound and number, and what says nothing comes last either way", () => {
  const rows = [{ k: "第10" }, { k: null }, { k: "第9" }];
  expect(sorted(rows, (row) => row.k).map((row) => row.k)).toEqual(["第9", "第10", null]);
  expect(sorted(rows, (row) => row.k, true).map((row) => row.k)).toEqual(["第10", "第9", null]);
});

test("a page beyond the end is the last one", () => {
  const rows = Array.from({ length: 101 }, (_, n) => n);
  expect(paged(rows, 9, 50)).toEqual({ rows: [100], page: 2, pages: 3 });
  expect(paged([], 0, 50)).toEqual({ rows: [], page: 0, pages: 1 });
});

test("whoever types a whole code or a whole name means it, and two of one name are nobody", () => {
  const all = ["1", "2"].map((value) => ({ value, words: w("城管局") }));
  const one = { value: "3", words: w("公安局") };
  expect(meant([...all, one], "公安局")).toBe(one);
  expect(meant([...all, one], "3")).toBe(one);
  expect(meant([...all, one], "公安局（3）")).toBe(one);
  expect(meant([...all, one], "城管局")).toBeUndefined();
  expect(fitting([...all, one], "城管").length).toBe(2);
});

const MATTERS = [{ value: "10101", words: w("占道") }];
const CELLS: Field[] = [
  { name: "zh", words: w("中文"), required: true, most: 4 },
  { name: "en", words: w("英文"), required: true },
  { name: "matter", words: w("事项"), kind: "suggest", options: MATTERS, unknown: w("没有") },
];
const ROWS: Field = {
  name: "items",
  words: w("条目"),
  kind: "rows",
  rows: { one: w("项"), cells: CELLS },
  required: true,
};
const row = (key: string, zh: string, en = "", matter = ""): Row => ({ key, cells: { zh, en, matter } });

test("a fault of a row stands at its cell, wherever the row moves; rows left empty have none and are not enough", () => {
  const items = [
    row("a", ""),
    row("b", "灭火器", ""),
    row("c", "五个字太长", "x", "10102"),
    row("d", "出口", "x", "10101"),
  ];
  expect(Object.keys(faultsOf([ROWS], { items }))).toEqual(["items.b.en", "items.c.zh", "items.c.matter"]);
  expect(Object.keys(faultsOf([ROWS], { items: [row("a", " ")] }))).toEqual(["items"]);
  expect(faultsOf([{ ...ROWS, most: 3 }], { items })).not.toHaveProperty("items");
  expect(faultsOf([{ ...ROWS, most: 2 }], { items })).toHaveProperty("items.en", "At most 2; there are 3.");
});

test("a fault of the server stands at the cell that was sent at its place, where rows left empty were not sent", () => {
  const items = [row("a", ""), row("b", "一", "one"), row("c", "二", "two")];
  const said = (field: string) => new Problem(422, "invalid-input", "no", [], [{ field, message: "too long" }]);
  const at = (field: string) => Object.keys(placed([...FIELDS, ROWS], said(field), { items }));
  expect(at("items.1.en")).toEqual(["items.c.en"]);
  expect(at("items.1.code")).toEqual(["items.c.zh"]);
  expect(at("items")).toEqual(["items"]);
  expect(at("items.7.en")).toEqual(["items"]);
  expect(placeIn([ROWS], "items.0.zh", { items })).toMatchObject({ row: { key: "b" }, cell: { name: "zh" } });
});

test("rows are written in, moved as far as there are others, and put in between", () => {
  const all = ["a", "b", "c"].map((key) => row(key, key));
  const keys = (rows: Row[]) => rows.map((one) => one.key).join("");
  expect(keys(move(all, 0, 1))).toBe("bac");
  expect(keys(move(all, 2, -1))).toBe("acb");
  expect([keys(move(all, 0, -1)), keys(move(all, 2, 1))]).toEqual(["abc", "abc"]);
  expect(keys(insert(all, 1, [row("x", "")]))).toBe("axbc");
  expect(put(all, "b", "en", "two")[1]?.cells).toEqual({ zh: "b", en: "two", matter: "" });
  expect(freshRow().key).not.toBe(freshRow().key);
});

test("what a table or a text has in several lines is read cell by cell, as a spreadsheet writes it", () => {
  expect(tableOf("灭火器\tExtinguisher\r\n\r\n出口\t\r\n")).toEqual([
    ["灭火器", "Extinguisher"],
    ["出口", ""],
  ]);
  expect(tableOf('"门\n口"\t"a ""b"""\n"c" d\te')).toEqual([
    ["门 口", 'a "b"'],
    ['"c" d', "e"],
  ]);
  expect(tableOf("一\n二")).toEqual([["一"], ["二"]]);
  expect(tableOf(" \n")).toEqual([]);
});

test("what is pasted becomes rows: in place of one that is empty, beneath one that is not, and words stay words", () => {
  const texts = (rows: Row[] | null) => rows?.map(({ cells }) => [cells["zh"], cells["en"], cells["matter"]].join("|"));
  const all = [row("a", "一", "one"), row("b", "")];
  expect(texts(paste(all, 1, CELLS, "二\ttwo\t占道\n三"))).toEqual(["一|one|", "二|two|10101", "三||"]);
  expect(texts(paste(all, 0, CELLS, "二\ttwo"))).toEqual(["一|one|", "二|two|", "||"]);
  expect(paste(all, 0, CELLS, "二 two")).toBeNull();
  expect(paste(all, 0, CELLS, "二\n")).toBeNull();
});

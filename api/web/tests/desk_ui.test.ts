import { expect, test } from "vitest";
import { Problem, Unreachable } from "../src/shared/api";
import { changed, faultsOf, type Field, placed } from "../src/shared/ui/forms";
import { detailsOf, wordsOf } from "../src/shared/ui/problems";
import { fitting, meant } from "../src/shared/ui/suggested";
import { fits, paged, sorted } from "../src/shared/ui/rows";

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

import { afterEach, expect, test } from "vitest";
import { refusal, usage } from "../src/desk/account/rules";
import { type Area, below, parentOf } from "../src/desk/areas";
import { dayAfter, dayOf, endOf, lastDayOf, period, startOf } from "../src/desk/days";
import { differences, written } from "../src/desk/differences";
import { applies, type Brought, changedRows, faultsIn, inOrder } from "../src/desk/exchange/preview";
import { type Notice, whereTo } from "../src/desk/inbox/notices";
import { home, opens, placeAt, PLACES } from "../src/desk/places";
import { codesOf, itemsOf, rowsOfItems } from "../src/desk/rules/items";
import { listChanges, type Matter } from "../src/desk/rules/lists";
import { stateOf, tally, weeksOf, withDay, withHoliday } from "../src/desk/rules/year";
import { told } from "../src/desk/telling";
import type { Row } from "../src/shared/ui/forms";
import { freshRow } from "../src/shared/ui/rowed";
import { tongue } from "../src/shared/words";

afterEach(() => {
  tongue.value = "zh";
});

test("two versions differ where their values do, whatever is said beside them", () => {
  const found = differences({ name: "甲", phone: null, etag: '"1"' }, { name: "乙", phone: "", etag: '"2"', more: 1 });
  expect(found).toEqual([{ name: "name", one: "甲", other: "乙" }]);
});

test("long lists differ item by item, by code or by day", () => {
  const found = differences(
    {
      items: [
        { code: "1", name: "甲", counted: "days" },
        { code: "2", name: "乙" },
      ],
      source: "文",
    },
    {
      items: [
        { code: "1", name: "甲", counted: "working" },
        { code: "3", name: "丙" },
      ],
      source: "文",
    },
  );
  expect(found).toEqual([
    { of: "1", name: "counted", one: "工作日", other: "工作小时" },
    { of: "2", name: "there", one: "乙", other: "–" },
    { of: "3", name: "there", one: "–", other: "丙" },
  ]);
});

test("nothing is a dash, a list has its parts, and yes and no are marks", () => {
  expect([null, "", [], true, false, ["a", "b"], { a: 1 }].map((value) => written(value))).toEqual([
    "–",
    "–",
    "–",
    "✓",
    "✗",
    "a; b",
    "a: 1",
  ]);
});

test("a change is told by what was and is, in the tongue of the moment", () => {
  expect(told({ name: ["王", "李"] })).toBe("名称: 王 → 李");
  expect(told({ before: { name: "王", kind: "x" }, after: { name: "李", kind: "x" } })).toBe("名称: 王 → 李");
  tongue.value = "en";
  expect(told({ role: "planner" })).toBe("Role: Planner");
  expect(told({})).toBe("–");
  expect(told({ name: "王", fields: { phone: { from: null, to: "1" } }, duties: ["a", "b"], id: "x" })).toBe(
    "Name: 王; Duties: 2; Phone: – → 1",
  );
});

test("a duty ends with its last day, whose end is not part of it", () => {
  expect(startOf("2026-03-05")).toBe("2026-03-05T00:00:00+08:00");
  expect(endOf("2026-12-31")).toBe("2027-01-01T00:00:00+08:00");
  expect(lastDayOf(endOf("2028-02-29"))).toBe("2028-02-29");
  expect(dayAfter("2028-02-28")).toBe("2028-02-29");
  expect(dayOf("2026-03-05T17:00:00Z")).toBe("2026-03-06");
  expect(period(startOf("2026-01-01"), endOf("2026-01-31"))).toBe("2026-01-01 – 2026-01-31");
  expect(period(startOf("2026-01-01"), null)).toBe("2026-01-01 –");
});

test("every month of a year has all its days, once, under their weekdays", () => {
  const days = Array.from({ length: 12 }, (_, month) => weeksOf(2028, month + 1)).flat();
  const named = days.flat().filter((day) => day !== null);
  expect(named.length).toBe(366);
  expect(new Set(named).size).toBe(366);
  for (const week of days)
    week.forEach((day, place) => day && expect((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7).toBe(place));
});

test("a day is what the notice says, else what the week says", () => {
  const named = withDay([], "2026-10-10", { kind: "work", name: "国庆节调休" });
  const book = new Map(named.map((day) => [day.day, day]));
  expect(stateOf("2026-10-10", book)).toBe("work");
  expect(stateOf("2026-10-11", book)).toBe("weekend");
  expect(stateOf("2026-10-12", book)).toBe("weekday");
  expect(withDay(named, "2026-10-10", null)).toEqual([]);
  expect(tally(withDay(named, "2026-10-01", { kind: "holiday", name: "国庆节" }))).toEqual({ holidays: 1, works: 1 });
});

test("a holiday is put in with its weekends and the days that make up for it, as far as they lie in the year", () => {
  const wanted = { name: "元旦", from: "2027-12-31", until: "2028-01-02", works: ["2027-12-26"] };
  expect(withHoliday([], 2027, wanted)).toEqual([
    { day: "2027-12-26", kind: "work", name: "元旦调休" },
    { day: "2027-12-31", kind: "holiday", name: "元旦" },
  ]);
  expect(tally(withHoliday([], 2028, wanted))).toEqual({ holidays: 2, works: 0 });
});

const matter = (code: string, more: Partial<Matter> = {}): Matter => ({
  code,
  name: `事项${code}`,
  category: "",
  subcategory: "",
  priority: 3,
  admitted: true,
  whistle_kind: null,
  file_within_minutes: 60,
  handle_within_minutes: 60,
  counted: "working",
  lead: "D-ZF",
  cooperating: [],
  ...more,
});

test("a new list is compared matter by matter", () => {
  const found = listChanges(
    [matter("1"), matter("2"), matter("3")],
    [matter("1"), matter("2", { lead: "D-GA" }), matter("4")],
  );
  expect(found.map(({ code, kind }) => `${code} ${kind}`)).toEqual(["2 changed", "3 removed", "4 added"]);
  expect(found[0]?.fields).toEqual([{ name: "lead", one: "D-ZF", other: "D-GA" }]);
});

const brought = (more: Partial<Brought>): Brought => ({
  table: "people",
  applied: false,
  replayed: false,
  adds: 0,
  changes: [],
  ends: 0,
  unchanged: 5,
  faults: [],
  digest: "",
  ...more,
});

test("a file with a single fault is not applied, nor one that changes nothing", () => {
  const fault = { row: 7, column: "phone", message: "?" };
  expect(applies(brought({ adds: 1 }))).toBe(true);
  expect(applies(brought({ adds: 1, faults: [fault] }))).toBe(false);
  expect(applies(brought({}))).toBe(false);
});

test("a row that changes in two fields is one row, and faults come as the sheet has them", () => {
  const change = (key: string, field: string) => ({ key, field, from: "a", to: "b" });
  expect(changedRows([change("P1", "name"), change("P1", "phone"), change("P2", "name")])).toBe(2);
  const [far, near] = [12, 3].map((row) => ({ row, column: "x", message: "m" }));
  expect(inOrder([far, near].filter((one) => one !== undefined)).map((one) => one.row)).toEqual([3, 12]);
  expect(faultsIn([{ row: 3, column: "x", message: "m" }, { table: "people" }])).toEqual([near]);
});

const ITEMS = [
  { code: "extinguisher", zh: "灭火器", en: "Extinguisher", matter: "10101" },
  { code: "exit", zh: "出口", en: "Exit", matter: null },
];
const codes = (rows: Row[]) => itemsOf(rows).map((item) => item.code);

test("a checklist's items are read back as they are shown, and a row that was left empty is none", () => {
  expect(itemsOf([...rowsOfItems(ITEMS), freshRow(), freshRow({ zh: " ", en: "" })])).toEqual(ITEMS);
  expect(rowsOfItems([]).length).toBe(1);
  expect(itemsOf(rowsOfItems([]))).toEqual([]);
});

test("what is known keeps its code whatever becomes of its words, and what is new gets one like no other", () => {
  const [first, second] = rowsOfItems(ITEMS) as [Row, Row];
  const said = { ...second, cells: { ...second.cells, en: "Way out" } };
  const added = ["Exit", "EXIT!", "Extinguisher", "安全", "2nd exit", "Café’s door", "消防"].map((en) =>
    freshRow({ zh: "新", en }),
  );
  const rows = [...added, said, first];
  expect(codes(rows)).toEqual([
    "exit_2",
    "exit_3",
    "extinguisher_2",
    "item",
    "item_2nd_exit",
    "cafes_door",
    "item_2",
    "exit",
    "extinguisher",
  ]);
});

test("a code made of many words is as long as the server takes, and still like no other", () => {
  const en = "No goods are piled up in front of the doors of the stairs";
  const made = codes([freshRow({ en }), freshRow({ en }), freshRow({ en: "x".repeat(60) })]);
  expect(made).toEqual([
    "no_goods_are_piled_up_in_front_of_the",
    "no_goods_are_piled_up_in_front_of_the_2",
    "x".repeat(40),
  ]);
  for (const code of made) expect(code).toMatch(/^[a-z][a-z0-9_]{0,39}$/);
  expect(codesOf([freshRow()]).size).toBe(0);
});

test("two versions of a checklist differ by the names of their items, and by their order", () => {
  const [extinguisher, exit] = ITEMS as [(typeof ITEMS)[0], (typeof ITEMS)[0]];
  const found = differences({ items: ITEMS }, { items: [exit, { ...extinguisher, en: "Fire extinguisher" }] });
  expect(found).toEqual([
    { of: "extinguisher", called: "灭火器", name: "en", one: "Extinguisher", other: "Fire extinguisher" },
    { name: "order", one: "1 灭火器; 2 出口", other: "1 出口; 2 灭火器" },
  ]);
  tongue.value = "en";
  expect(differences({ items: ITEMS }, { items: [extinguisher] })).toEqual([
    { of: "exit", called: "Exit", name: "there", one: "Exit", other: "–" },
  ]);
  expect(told({ before: { items: ITEMS }, after: { items: [exit] } })).toBe("Items: Extinguisher; Exit → Exit");
});

const notice = (more: Partial<Notice>): Notice => ({ incident_id: null, whistle_id: null, ...more }) as Notice;

test("a notice leads to the screen its reader works on", () => {
  const reads = new Set(["case.read"]);
  expect(whereTo(notice({ incident_id: "i" }), reads, ["grid_worker"])).toBe("/field/tasks");
  expect(whereTo(notice({ incident_id: "i", whistle_id: "w" }), reads, ["grid_worker"])).toBe("/field/whistles");
  expect(whereTo(notice({ incident_id: "i", whistle_id: "w" }), reads, ["street_officer"])).toBe("/command/whistles/w");
  expect(whereTo(notice({ incident_id: "i" }), reads, ["street_officer", "grid_worker"])).toBe("/command/cases/i");
  expect(whereTo(notice({}), reads, [])).toBeNull();
  expect(whereTo(notice({ incident_id: "i" }), new Set(), ["administrator"])).toBeNull();
});

test("each page opens to whom it is permitted, and everybody has one to begin with", () => {
  const administrator = new Set(["people.manage", "rules.manage", "inbox.read"]);
  expect(home(administrator).path).toBe("/desk/people");
  expect(home(new Set(["inbox.read", "grid.read"])).path).toBe("/desk/inbox");
  expect(home(new Set()).path).toBe("/desk/account");
  const people = placeAt("/desk/people/anything");
  expect(people && opens(people, new Set(["grid.read"]))).toBe(false);
  expect(new Set(PLACES.map((one) => one.path)).size).toBe(PLACES.length);
});

test("an area lies below the nearest one that is known", () => {
  const area = (code: string): [string, Area] => [code, { code, name: code, district_code: code.slice(0, 6) }];
  const all = new Map(["370102", "370102001", "370102001002", "370112003"].map(area));
  expect(parentOf(all, "370102001002")).toBe("370102001");
  expect(parentOf(all, "370112003")).toBeNull();
  expect(below(all, null).map((one) => one.code)).toEqual(["370102", "370112003"]);
});

test("a password is refused before it is sent where the page can tell", () => {
  const values = { old: "old password", new: "new password", again: "new password" };
  expect(refusal(values, "wang")).toBeNull();
  const refused = [
    refusal({ ...values, again: "other" }, "wang"),
    refusal({ ...values, new: "old password", again: "old password" }, ""),
    refusal({ ...values, new: "my WANG word", again: "my WANG word" }, "wang"),
  ];
  expect(refused.map((one) => one?.field)).toEqual(["again", "new", "new"]);
  for (const one of refused) {
    expect(one?.words.zh).toMatch(/^[^A-Za-z]+$/);
    expect(one?.words.en).toMatch(/^[ -~]+$/);
  }
  expect(usage("http://h:1", "gg_x").gdal).toContain('GDAL_HTTP_HEADERS="Authorization: Bearer gg_x"');
});

/** The responsibility list as it is worked on: what a file says, and how one list differs from another. */
import type { components } from "../../shared/schema";
import { type Difference, differences, FIELD_WORDS } from "../differences";
import type { Fault } from "../exchange/preview";
import { rowsOf } from "./csv";

export type Matter = components["schemas"]["MatterOut"];
export type MatterList = components["schemas"]["ListOut"];

export interface MatterChange {
  code: string;
  name: string;
  kind: "added" | "changed" | "removed";
  fields: Difference[];
}

/** What is different in a new list, by matter, in the order of their codes. */
export function listChanges(before: readonly Matter[], after: readonly Matter[]): MatterChange[] {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((matter) => [matter.code, matter])));
  const codes = [...new Set([...before, ...after].map((matter) => matter.code))].sort();
  return codes.flatMap((code): MatterChange[] => {
    const [was, is] = [old?.get(code), fresh?.get(code)];
    if (was && !is) return [{ code, name: was.name, kind: "removed", fields: [] }];
    if (!was && is) return [{ code, name: is.name, kind: "added", fields: [] }];
    if (!was || !is) return [];
    const fields = differences({ ...was }, { ...is });
    return fields.length ? [{ code, name: is.name, kind: "changed", fields }] : [];
  });
}

const COLUMNS = [
  "code",
  "name",
  "category",
  "subcategory",
  "whistle_kind",
  "admitted",
  "priority",
  "file_within_minutes",
  "handle_within_minutes",
  "counted",
  "lead",
  "cooperating",
] as const;
type Column = (typeof COLUMNS)[number];
const NEEDED: readonly Column[] = ["code", "name", "priority", "file_within_minutes", "handle_within_minutes", "lead"];
const COUNTED = ["urgent", "working", "days"] as const;
const TRUE = new Set(["1", "true", "yes", "是", "✓"]);

/** Reads a list from CSV whose columns are called as the API or as the desk calls them; every faulty row is told. */
export function listOfCsv(text: string): { matters: Matter[]; faults: Fault[] } {
  const rows = rowsOf(text);
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  const matters = rows.map(({ row, values }) => {
    const cell = (name: Column): string => valueOf(values, name);
    const wrong = (column: Column, message: string): void => void faults.push({ row, column, message });
    for (const name of NEEDED) if (!cell(name)) wrong(name, "缺少内容。 It is empty.");
    const number = (name: Column, least: number, most: number): number => {
      const value = Number(cell(name));
      if (cell(name) && !(Number.isInteger(value) && value >= least && value <= most))
        wrong(
          name,
          `“${cell(name)}”应为 ${least}–${most} 的整数。 It must be a whole number from ${least} to ${most}.`,
        );
      return value;
    };
    const first = seen.get(cell("code"));
    if (first) wrong("code", `与第 ${first} 行重复。 Row ${first} has it already.`);
    else seen.set(cell("code"), row);
    const counted = COUNTED.find((one) => one === (cell("counted") || "working"));
    if (!counted) wrong("counted", `应为 ${COUNTED.join("、")} 之一。 It must be one of ${COUNTED.join(", ")}.`);
    return {
      code: cell("code"),
      name: cell("name"),
      category: cell("category"),
      subcategory: cell("subcategory"),
      whistle_kind: cell("whistle_kind") || null,
      admitted: TRUE.has(cell("admitted").toLowerCase()),
      priority: number("priority", 1, 9),
      file_within_minutes: number("file_within_minutes", 1, 527_040),
      handle_within_minutes: number("handle_within_minutes", 1, 527_040),
      counted: counted ?? "working",
      lead: cell("lead"),
      cooperating: cell("cooperating")
        .split(/[;；]/)
        .map((code) => code.trim())
        .filter(Boolean),
    };
  });
  if (!rows.length) faults.push({ row: 1, column: null, message: "文件里没有数据行。 The file has no rows." });
  return { matters, faults };
}

function valueOf(values: Record<string, string>, name: Column): string {
  const words = FIELD_WORDS[name];
  return values[name] ?? (words ? (values[words.zh] ?? values[words.en]) : undefined) ?? "";
}

/** The same list as CSV, to be worked on in a spreadsheet and brought back. */
export function csvOfList(matters: readonly Matter[]): string {
  const lines = matters.map((matter) => COLUMNS.map((name) => quoted(matter[name])));
  return `\uFEFF${[COLUMNS.map(String), ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function quoted(value: Matter[Column]): string {
  const text = Array.isArray(value) ? value.join(";") : String(value ?? "");
  // What a spreadsheet would run as a formula is a text.
  const harmless = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

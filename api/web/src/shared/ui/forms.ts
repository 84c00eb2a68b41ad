/** Forms as data: what is asked for, what is wrong with what was typed, and the server's faults at their fields. */
import { Problem } from "../api";
import { heard } from "../heard";
import type { Words } from "../words";

/** One of the things that a field of rows holds; `key` tells it from the others however often it moves. */
export interface Row {
  key: string;
  cells: Readonly<Record<string, string>>;
}

export type Value = string | boolean | string[] | Row[];
export type Values = Record<string, Value>;

export interface Option {
  value: string;
  words: Words;
  /** What people know it by, beside its name; the value itself where it says nothing. */
  code?: string;
}

/** What a row of a field of rows is made of. */
export interface RowsOf {
  /** What one of them is called. */
  one: Words;
  /** What is asked of each; lines that are pasted into the first are rows of their own. */
  cells: readonly Field[];
  /** What is made of a row and not asked for, said beneath it. */
  aside?: (row: Row, rows: readonly Row[]) => Words | null;
}

export interface Field {
  name: string;
  words: Words;
  /** Of "rows", `least` and `most` say how many there may be. */
  kind?:
    | "text"
    | "number"
    | "date"
    | "time"
    | "password"
    | "long"
    | "select"
    | "check"
    | "checks"
    | "suggest"
    | "several"
    | "rows";
  rows?: RowsOf;
  hint?: Words;
  options?: readonly Option[];
  /** What to say where what was typed is none of the options; without it, anything may be typed. */
  unknown?: Words;
  /** Finds what to choose from by some signs (none: what to begin with), where all is too much to hold. */
  find?: (words: string) => Promise<readonly Option[]>;
  required?: boolean;
  pattern?: RegExp;
  /** What to type instead where `pattern` does not fit. */
  otherwise?: Words;
  least?: number;
  most?: number;
  /** It is shown, and stays as it is. */
  fixed?: boolean;
  autocomplete?: string;
}

/** What the page itself finds wrong with what was typed, no server being asked: it stands at the field it is about. */
export class Refusal extends Error {
  constructor(
    readonly field: string,
    readonly words: Words,
  ) {
    super(words.en);
  }
}

const EMPTY: Words = { zh: "请填写这一项。", en: "Fill this in." };
const NUMBER: Words = { zh: "请填数字。", en: "A number is needed." };
const FORM: Words = { zh: "格式不对。", en: "This is not how it is written." };

/** Says for each field what is wrong with it, of rows for each cell ("items.exit.zh"); nothing where all is well. */
export function faultsOf(fields: readonly Field[], values: Values): Record<string, Words> {
  const found: Record<string, Words> = {};
  for (const field of fields) {
    const fault = field.rows ? rowsFault(field, values) : faultOf(field, values[field.name]);
    if (fault) found[field.name] = fault;
    for (const row of filled(field, values)) {
      const faults = faultsOf(field.rows?.cells ?? [], row.cells);
      for (const [cell, wrong] of Object.entries(faults)) found[cellName(field, row, cell)] = wrong;
    }
  }
  return found;
}

/** What the cell of a row is called among the faults, and in the page. */
export const cellName = (field: Field, row: Row, cell: string): string => `${field.name}.${row.key}.${cell}`;

/** The rows in which anything stands: one that was added and left empty says nothing. */
const filled = (field: Field, values: Values): Row[] =>
  field.rows ? rowsOf(values, field.name).filter((row) => !isBlank(row)) : [];

export const isBlank = (row: Row): boolean => Object.values(row.cells).every((cell) => !cell.trim());

function rowsFault(field: Field, values: Values): Words | null {
  const count = filled(field, values).length;
  if (!count && field.required) return EMPTY;
  if (field.most === undefined || count <= field.most) return null;
  return {
    zh: `最多 ${field.most} ${field.rows?.one.zh ?? ""}，现在有 ${count}。`,
    en: `At most ${field.most}; there are ${count}.`,
  };
}

function faultOf(field: Field, value: Value | undefined): Words | null {
  if (typeof value === "boolean") return null;
  if (value === undefined || value.length === 0 || (typeof value === "string" && !value.trim()))
    return field.required ? EMPTY : null;
  if (typeof value !== "string") return null;
  if (field.kind === "number") return numberFault(field, Number(value));
  if (field.least && value.length < field.least)
    return { zh: `至少 ${field.least} 个字符。`, en: `At least ${field.least} characters.` };
  if (field.most && value.length > field.most)
    return { zh: `最多 ${field.most} 个字符。`, en: `At most ${field.most} characters.` };
  if (field.pattern && !field.pattern.test(value.trim())) return field.otherwise ?? FORM;
  if (field.unknown && !field.options?.some((option) => option.value === value)) return field.unknown;
  return null;
}

function numberFault(field: Field, value: number): Words | null {
  if (!Number.isFinite(value)) return NUMBER;
  if (field.least !== undefined && value < field.least)
    return { zh: `不小于 ${field.least}。`, en: `Not less than ${field.least}.` };
  if (field.most !== undefined && value > field.most)
    return { zh: `不大于 ${field.most}。`, en: `Not more than ${field.most}.` };
  return null;
}

/**
 * The server's faults, each at the field that it names, or at the cell of a row; the rest of them is nobody's. What the
 * page itself refused stands at its field as well, in its own words.
 */
export function placed(fields: readonly Field[], error: unknown, values: Values = {}): Record<string, Words> {
  const found: Record<string, Words> = {};
  if (error instanceof Refusal && fields.some((field) => field.name === error.field))
    return { [error.field]: error.words };
  if (!(error instanceof Problem)) return found;
  for (const fault of error.faults) {
    const at = fault.field === null ? null : placeIn(fields, fault.field, values);
    const cell = at?.row && (at.cell ?? at.field.rows?.cells[0]);
    if (at) found[at.row && cell ? cellName(at.field, at.row, cell.name) : at.field.name] = told(fault.message);
  }
  return found;
}

interface Place {
  field: Field;
  row?: Row | undefined;
  cell?: Field | undefined;
}

/** Where something lies that the server names, perhaps as a part of another: "position.datum", "items.2.zh". */
export function placeIn(fields: readonly Field[], name: string, values: Values): Place | null {
  const parts = name.split(".");
  const field = fields.find((one) => parts.includes(one.name));
  if (!field) return null;
  const [place, cell] = parts.slice(parts.indexOf(field.name) + 1);
  // Counted are the rows that were sent.
  const row = filled(field, values)[Number(place)];
  return { field, row, cell: field.rows?.cells.find((one) => one.name === cell) };
}

/** Asked for when it is shown: the Chinese may come a moment later. */
const told = (message: string): Words => ({
  get zh() {
    return `服务器不接受：${heard(message)}`;
  },
  en: message,
});

/** What changed: the names of the fields that are not as they were. */
export function changed(before: Values, after: Values): string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

export const textOf = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value.trim() : "";
};
export const orNull = (values: Values, name: string): string | null => textOf(values, name) || null;
export const numberOf = (values: Values, name: string): number => Number(textOf(values, name));
export const flagOf = (values: Values, name: string): boolean => values[name] === true;
export const listOf = (values: Values, name: string): string[] => {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
};
export const rowsOf = (values: Values, name: string): Row[] => {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one !== "string") : [];
};

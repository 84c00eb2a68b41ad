/** Forms as data: what is asked for, what is wrong with what was typed, and the server's faults at their fields. */
import { Problem } from "../api";
import { heard } from "../heard";
import type { Words } from "../words";

export type Value = string | boolean | string[];
export type Values = Record<string, Value>;

export interface Option {
  value: string;
  words: Words;
  /** What people know it by, beside its name; the value itself where it says nothing. */
  code?: string;
}

export interface Field {
  name: string;
  words: Words;
  kind?:
    "text" | "number" | "date" | "time" | "password" | "long" | "select" | "check" | "checks" | "suggest" | "several";
  hint?: Words;
  options?: readonly Option[];
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

const EMPTY: Words = { zh: "请填写这一项。", en: "Fill this in." };
const NUMBER: Words = { zh: "请填数字。", en: "A number is needed." };
const FORM: Words = { zh: "格式不对。", en: "This is not how it is written." };

/** Says for each field what is wrong with it; nothing where all is well. */
export function faultsOf(fields: readonly Field[], values: Values): Record<string, Words> {
  const found: Record<string, Words> = {};
  for (const field of fields) {
    const fault = faultOf(field, values[field.name]);
    if (fault) found[field.name] = fault;
  }
  return found;
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

/** The server's faults, each at the field that it names; the rest of them is nobody's. */
export function placed(fields: readonly Field[], error: unknown): Record<string, Words> {
  const found: Record<string, Words> = {};
  if (!(error instanceof Problem)) return found;
  for (const fault of error.faults) {
    const name = fields.find((field) => fault.field?.split(".").includes(field.name))?.name;
    if (name) found[name] = told(fault.message);
  }
  return found;
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
  return Array.isArray(value) ? value : [];
};

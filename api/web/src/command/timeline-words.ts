/** A case's facts as people read them: what happened, when, by whose hand, and what was said. */
import { fullTime } from "../shared/time";
import type { Words } from "../shared/words";
import { CODES, FACTS, FIELDS, FOR_MACHINES } from "./saying";

export interface Event {
  seq: number;
  at: string;
  author: string;
  title: Words;
  lines: { label: Words; text: Words }[];
  /** Attachments that it names. */
  evidence: string[];
  /** Something went wrong or is late: worth another look. */
  grave: boolean;
}

export interface Told {
  seq: number;
  kind: string;
  at: string;
  author: string;
  payload: Record<string, unknown>;
}

const GRAVE = new Set(["overdue", "whistle_escalated", "leave_refused", "check_in_refused", "sent_back", "returned"]);
const LONGEST = 12;

/** Returns the facts as events, in their order. `name` gives the name of a code, or the code. */
export function timeline(facts: readonly Told[], name: (code: string) => string): Event[] {
  return facts.map((fact) => ({
    seq: fact.seq,
    at: fact.at,
    author: fact.author,
    title: FACTS[fact.kind] ?? same(fact.kind),
    lines: linesOf(fact.payload, name),
    evidence: evidenceOf(fact.payload),
    grave: GRAVE.has(fact.kind),
  }));
}

function linesOf(payload: Record<string, unknown>, name: (code: string) => string): Event["lines"] {
  return Object.entries(payload)
    .filter(([field, value]) => !FOR_MACHINES.has(field) && !isNothing(value))
    .map(([field, value]) => ({
      label: FIELDS[field] ?? same(field),
      text: field === "sides" ? sides(value, name) : words(value, name),
    }));
}

function evidenceOf(payload: Record<string, unknown>): string[] {
  const many: unknown[] = Array.isArray(payload.evidence) ? payload.evidence : [];
  return [payload.evidence_id, ...many].filter((id): id is string => typeof id === "string");
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function words(value: unknown, name: (code: string) => string): Words {
  if (typeof value === "string") return text(value, name);
  if (typeof value === "boolean") return value ? { zh: "是", en: "yes" } : { zh: "否", en: "no" };
  if (Array.isArray(value))
    return joined(
      value.slice(0, LONGEST).map((one) => words(one, name)),
      value.length,
    );
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(([field, one]) => {
      const [label, said] = [FIELDS[field] ?? same(field), words(one, name)];
      return { zh: `${label.zh} ${said.zh}`, en: `${label.en} ${said.en}` };
    });
    return joined(parts, parts.length);
  }
  if (typeof value === "number")
    return same(Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));
  return same(String(value));
}

function text(value: string, name: (code: string) => string): Words {
  if (CODES[value]) return CODES[value];
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value))) return same(fullTime(value));
  return same(name(value));
}

/** Streets with their shares, as `[code, share, measure]`; what is none is shown as it is. */
function sides(value: unknown, name: (code: string) => string): Words {
  if (!Array.isArray(value)) return words(value, name);
  const rows: unknown[] = value;
  const said = rows.map((row) => {
    const [code, share] = Array.isArray(row) ? (row as unknown[]) : [];
    return typeof code === "string" && typeof share === "number" ? `${name(code)} ${(share * 100).toFixed(1)}%` : null;
  });
  return said.includes(null)
    ? words(value, name)
    : joined(
        said.map((one) => same(one ?? "")),
        said.length,
      );
}

function joined(parts: readonly Words[], all: number): Words {
  const more = all > parts.length ? " …" : "";
  return { zh: parts.map(({ zh }) => zh).join("、") + more, en: parts.map(({ en }) => en).join(", ") + more };
}

function same(text: string): Words {
  return { zh: text, en: text };
}

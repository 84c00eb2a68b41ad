/** A patrol that is being walked: what was answered so far, and what was reported of it. */
import { signal } from "@preact/signals";
import { uuid7 } from "../shared/uuid";
import type { Found } from "./acts";
import type { Checklist, DueWalk } from "./carried";
import type { Item } from "./outbox/items";

export interface Walked {
  /** Of the patrol that it becomes. A page of before kept none. */
  id?: string;
  startedAt: string;
  /** When the period ends that it is of, by the server's clock; none where nobody knew. */
  until?: string;
  found: Record<string, Found | undefined>;
  /** Why it had to begin anew. */
  anew?: "late" | "past";
}

/** The moment by this phone's clock, and how far that is ahead of the server's; both in milliseconds. */
export interface Told {
  now: number;
  aheadMs: number;
}

/** The server takes no patrol that took longer. */
const LONGEST_MS = 24 * 3_600_000;
/** Whoever walks over midnight walks on; whoever comes back in the morning does not. */
const OVERTIME_MS = 2 * 3_600_000;

export function begunWalk({ due_at }: DueWalk, { now, aheadMs }: Told): Walked {
  const until = Date.parse(due_at) > now - aheadMs ? { until: due_at } : {};
  return { id: uuid7(now), startedAt: new Date(now).toISOString(), ...until, found: {} };
}

/**
 * The walk as it can go on; the same where nothing hinders it. What was answered in a period that is over says nothing of
 * the next. A walk that began a day ago, or is still to come by a clock that was put back, begins now with its answers.
 */
export function goneOn(walked: Walked, due: DueWalk, told: Told): Walked {
  const passed = told.now - Date.parse(walked.startedAt);
  const isPast = walked.until
    ? Date.parse(walked.until) + OVERTIME_MS <= told.now - told.aheadMs
    : passed >= LONGEST_MS;
  const isEmpty = Object.keys(walked.found).length === 0;
  if (isPast) return { ...begunWalk(due, told), ...(isEmpty ? {} : { anew: "past" }) };
  if (passed >= 0 && passed < LONGEST_MS) return walked;
  const { id, startedAt } = begunWalk(due, told);
  return { ...walked, ...(id ? { id } : {}), startedAt, ...(isEmpty ? {} : { anew: "late" }) };
}

/** The walk that is open. It stays so while a finding of it is reported on another tab. */
export const walking = signal<{ due: DueWalk; checklist: Checklist } | null>(null);

/** The name under which a walk is kept. */
export function walkName({ checklist_code, cell_code }: DueWalk): string {
  return `patrol:${checklist_code}:${cell_code}`;
}

/** The walk with what was reported of one of its items. */
export function reported(walked: Walked, item: string, incident: string): Walked {
  const note = walked.found[item]?.note ?? "";
  return { ...walked, found: { ...walked.found, [item]: { answer: "found", note, incident } } };
}

/** The walk after the report `old` got another id, or is gone: then what was found is not reported any more. */
export function renamedIn(walked: Walked, old: string, next: string | null): Walked {
  const found = Object.entries(walked.found).map(([item, one]) => {
    if (one?.incident !== old) return [item, one] as const;
    const { answer, note } = one;
    return [item, next ? { ...one, incident: next } : { answer, note }] as const;
  });
  return { ...walked, found: Object.fromEntries(found) };
}

/** Whether this walk waits to be sent, or was since the server told last what is due: it need not be walked again. */
export function isWalked({ checklist_code, cell_code }: DueWalk, items: readonly Item[]): boolean {
  return items.some(({ kind, state, request: { body } }) => {
    const same = body["checklist_code"] === checklist_code && body["cell_code"] === cell_code;
    return kind === "patrol" && state !== "refused" && state !== "conflict" && same;
  });
}

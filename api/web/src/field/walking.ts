/** A patrol that is being walked: what was answered so far, and what was reported of it. */
import { signal } from "@preact/signals";
import type { Found } from "./acts";
import type { Checklist, DueWalk } from "./carried";
import type { Item } from "./outbox/items";

export interface Walked {
  startedAt: string;
  found: Record<string, Found | undefined>;
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

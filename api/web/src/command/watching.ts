/** The list at the left: what is late passes over from what is soon by itself, as time goes on. */
import { computed, signal } from "@preact/signals";
import { type Due, pointInTime, watch } from "./state";

/** Which row the keyboard stands at; -1 is none. */
export const cursor = signal(-1);

/** To the second would be drawn again too often: deadlines pass by whole five seconds. */
const tick = computed(() => Math.floor(pointInTime.value / 5_000) * 5_000);

export interface Sorted {
  late: readonly Due[];
  soon: readonly Due[];
  lateTotal: number;
  soonTotal: number;
}

export const rowsOfWatch = computed<Sorted>(() => {
  const found = watch.value;
  if (!found) return { late: [], soon: [], lateTotal: 0, soonTotal: 0 };
  return sortedAt(found, tick.value);
});

/** Emergencies first, then by deadline; rows whose deadline has passed since they were fetched count as late. */
export function sortedAt(
  found: { late: readonly Due[]; soon: readonly Due[]; late_total: number; soon_total: number },
  at: number,
): Sorted {
  const passed = found.soon.filter((row) => Date.parse(row.deadline_at) < at);
  const late = passed.length ? [...found.late, ...passed].sort(moreUrgent) : found.late;
  const soon = passed.length ? found.soon.filter((row) => !passed.includes(row)) : found.soon;
  return {
    late,
    soon,
    lateTotal: found.late_total + passed.length,
    soonTotal: found.soon_total - passed.length,
  };
}

function moreUrgent(one: Due, other: Due): number {
  return Number(other.emergency) - Number(one.emergency) || Date.parse(one.deadline_at) - Date.parse(other.deadline_at);
}

export function rowAt(index: number): Due | undefined {
  const { late, soon } = rowsOfWatch.value;
  return index < late.length ? late[index] : soon[index - late.length];
}

export function move(by: 1 | -1): void {
  const { late, soon } = rowsOfWatch.value;
  const count = late.length + soon.length;
  if (count === 0) return;
  cursor.value = Math.min(Math.max(cursor.value + by, 0), count - 1);
  // Enter means the row that has the focus: it must be the one that the keyboard stands at.
  const row = document.querySelector<HTMLElement>(`.c-dues [data-at="${cursor.value}"]`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

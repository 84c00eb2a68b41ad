/** On duty or off: only in between positions are taken, thinned out, gathered, and sent in batches. */
import { computed, signal } from "@preact/signals";
import { positions, shiftEnd, shiftStart } from "./acts";
import type { Today } from "./carried";
import { metresBetween } from "./geometry";
import { isStuck, type Item } from "./outbox/items";
import { holder, mine, post, theDisk, today } from "./phone";
import { type Fix, look } from "./where";

const EVERY_MS = 30_000;
const MOVED_M = 25;
const BATCH = 20;
const OLDEST_MS = 5 * 60_000;

/**
 * The shift that this phone knows of: what was switched here last, unless the server did not take it, else what the server
 * says. It began at `since` by the phone's clock, as its positions are told.
 */
export const shift = computed<{ id: string; since: string } | null>(() => {
  const last = mine.value.filter((item) => item.kind === "shift" && !isStuck(item)).at(-1);
  const told = toldShift(today.value);
  if (!last || (told && last.state === "sent" && isAnother(told, last) && told.since > last.madeAt)) return told;
  return last.request.path.endsWith("/end") ? null : { id: last.id, since: last.madeAt };
});

function toldShift(day: Today | null): { id: string; since: string } | null {
  if (!day?.shift || day.shift.ended_at) return null;
  const { id, started_at } = day.shift;
  return { id, since: new Date(Date.parse(started_at) + (day.ahead_ms ?? 0)).toISOString() };
}

/** Whether what was switched here neither began nor ended this shift. */
function isAnother({ id }: { id: string }, last: Item): boolean {
  return last.id !== id && last.request.path !== `/api/v1/shifts/${id}/end`;
}

/** Positions that are gathered and not in the outbox yet. */
export const gathered = signal<Fix[]>([]);
let end: (() => void) | null = null;

export async function switchDuty(on: boolean): Promise<void> {
  const owner = holder.value;
  if (!owner) return;
  if (on) await post([shiftStart(owner, new Date())]);
  else if (shift.value) {
    const { id } = shift.value;
    await flush(owner.account_id);
    await post([shiftEnd(id, owner, new Date())]);
  }
}

/** Follows the switch: takes positions while on duty, and not a moment longer. */
export async function followDuty(account: string): Promise<() => void> {
  gathered.value = (await theDisk().kept<Fix[]>(`fixes:${account}`)) ?? [];
  const stop = shift.subscribe((now) => {
    // What finds no way to the disk now is tried again with the next.
    if (now && !end) end = look((fix) => void take(fix, account).catch(() => undefined));
    if (!now && end) {
      end();
      end = null;
    }
  });
  return () => {
    stop();
    end?.();
    end = null;
  };
}

/** Whether a position says anything new beside the last one that was kept. */
export function isWorth(fix: Fix, last: Fix | undefined): boolean {
  if (!last) return true;
  return fix.at - last.at >= EVERY_MS && (metresBetween(fix, last) >= MOVED_M || fix.at - last.at >= OLDEST_MS);
}

async function take(fix: Fix, account: string): Promise<void> {
  // A receiver may tell first what it knew before: that was not on duty yet.
  if (!shift.value || fix.at < Date.parse(shift.value.since)) return;
  if (!isWorth(fix, gathered.value.at(-1))) return;
  gathered.value = [...gathered.value, fix];
  await keepGathered(account);
  const [first] = gathered.value;
  if (gathered.value.length >= BATCH || (first && fix.at - first.at >= OLDEST_MS)) await flush(account);
}

/** Puts what was gathered into the outbox, if the phone is still in the hands of whose way it was. */
async function flush(account: string): Promise<void> {
  const owner = holder.value;
  if (owner?.account_id !== account || gathered.value.length === 0) return;
  const batch = gathered.value;
  gathered.value = [];
  try {
    await post([positions(batch, owner, new Date())]);
  } catch (error) {
    gathered.value = [...batch, ...gathered.value];
    throw error;
  }
  await keepGathered(account);
}

async function keepGathered(account: string): Promise<void> {
  await theDisk()
    .keep(`fixes:${account}`, gathered.value)
    .catch(() => undefined);
}

/** One tab sends at a time. Two would do no harm, since ids make everything once; they would only waste the air. */
import { isFull } from "./database";
import type { Disk } from "./disk";

const NAME = "gridgov-field-sender";
const LEASE_MS = 20_000;
const RENEWED_EVERY_MS = 6_000;

export interface Turn {
  /** Says that we still send; false where somebody else has taken over. */
  renew: () => Promise<boolean>;
}

/** Does `work` if no other tab is at it. Returns false where another one is. */
export async function inTurn(disk: Disk, holder: string, work: (turn: Turn) => Promise<void>): Promise<boolean> {
  // Web Locks are there by https and on this machine itself only.
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return await byLease(disk, holder, work);
  return await locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work({ renew: () => Promise.resolve(true) });
    return true;
  });
}

interface Lease {
  holder: string;
  until: number;
}

/** A lease is renewed while a request is on its way; a tab that is put to sleep renews none, and another takes over. */
async function byLease(disk: Disk, holder: string, work: (turn: Turn) => Promise<void>): Promise<boolean> {
  const renew = (): Promise<boolean> => take(disk, holder, LEASE_MS);
  if (!(await renew())) return false;
  const beat = setInterval(() => void renew().catch(() => false), RENEWED_EVERY_MS);
  try {
    await work({ renew });
  } finally {
    clearInterval(beat);
    await take(disk, holder, 0);
  }
  return true;
}

async function take(disk: Disk, holder: string, forMs: number): Promise<boolean> {
  try {
    return await disk.use(async (database) => {
      const now = Date.now();
      const transaction = database.transaction("kept", "readwrite");
      const found = (await transaction.store.get(NAME)) as Lease | undefined;
      // A lease that ends later than any can was taken before the clock was put back.
      const held = found && found.holder !== holder && found.until > now && found.until <= now + LEASE_MS;
      if (!held) await transaction.store.put({ holder, until: now + forMs } satisfies Lease, NAME);
      await transaction.done;
      return !held;
    });
  } catch (error) {
    // Nothing may keep a full phone from sending: that is what makes room.
    if (!isFull(error)) throw error;
    return true;
  }
}

/** One tab sends at a time. Two would do no harm, since ids make everything once; they would only waste the air. */
import { type Database } from "./database";

const NAME = "gridgov-field-sender";
const LEASE_MS = 20_000;

export interface Turn {
  /** Says that we still send; false where somebody else has taken over. */
  renew: () => Promise<boolean>;
}

/** Does `work` if no other tab is at it. Returns false where another one is. */
export async function inTurn(
  database: Database,
  holder: string,
  work: (turn: Turn) => Promise<void>,
): Promise<boolean> {
  // Web Locks are there by https and on this machine itself only.
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return await byLease(database, holder, work);
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

async function byLease(database: Database, holder: string, work: (turn: Turn) => Promise<void>): Promise<boolean> {
  if (!(await take(database, holder, Date.now() + LEASE_MS))) return false;
  try {
    await work({ renew: () => take(database, holder, Date.now() + LEASE_MS) });
  } finally {
    await take(database, holder, 0);
  }
  return true;
}

async function take(database: Database, holder: string, until: number): Promise<boolean> {
  const transaction = database.transaction("kept", "readwrite");
  const found = (await transaction.store.get(NAME)) as Lease | undefined;
  const free = !found || found.holder === holder || found.until < Date.now();
  if (free) await transaction.store.put({ holder, until } satisfies Lease, NAME);
  await transaction.done;
  return free;
}

/**
 * Room on the phone. Browsers no longer say how much is left (Chrome tells ten gigabytes, whatever there is): so some is
 * taken while there is, and given up for what must be kept once there is no other. That moment is before the phone is
 * full, and it is said.
 */
import { type Database, isFull, keep, type Picture } from "./database";
import type { Disk } from "./disk";
import type { Item } from "./items";

/** Written through to the disk before we say that it is kept: a phone may lose its power at any moment. */
export const DURABLE: IDBTransactionOptions = { durability: "strict" };

/** A report with two photos as phones take them. */
const RESERVE = { id: "reserve", size: 8 * 1024 * 1024 };
/** Words alone, of some hundred reports: no photo gets this. */
const LAST_RESERVE = { id: "last-reserve", size: 512 * 1024 };
const MOST_NOISE_AT_ONCE = 65_536;

/** What found no room. */
export interface Left {
  items: readonly Item[];
  pictures: readonly Picture[];
  /** There was no room but what was kept for that. */
  full: boolean;
}

/** Keeps all of it; else the words at least, since what was seen can be photographed again. Returns what is left. */
export async function keepAll(disk: Disk, items: readonly Item[], pictures: readonly Picture[]): Promise<Left> {
  if (await fits(disk, items, pictures)) return { items: [], pictures: [], full: false };
  const full = true;
  if ((await give(disk, RESERVE)) && (await fits(disk, items, pictures))) return { items: [], pictures: [], full };
  const words = (): Promise<boolean> => fits(disk, items, []);
  if (!(await words()) && !((await give(disk, LAST_RESERVE)) && (await words()))) return { items, pictures, full };
  const loose: Picture[] = [];
  for (const picture of pictures) if (!(await fits(disk, [], [picture]))) loose.push(picture);
  return { items: [], pictures: loose, full };
}

/**
 * Keeps what is being filled in, as it is at the moment at which it goes to the disk: `newest` tells, and undefined where
 * it is wanted no more. `kept` is false where there is no room; `full`: there was none but what was kept for that.
 */
export async function keepWords(
  disk: Disk,
  key: string,
  newest: () => unknown,
): Promise<{ kept: boolean; full: boolean }> {
  const put = (): Promise<boolean> =>
    hadRoom(disk, async (database) => {
      const value = newest();
      if (value !== undefined) await keep(database, key, value);
    });
  if (await put()) return { kept: true, full: false };
  const kept = ((await give(disk, RESERVE)) && (await put())) || ((await give(disk, LAST_RESERVE)) && (await put()));
  return { kept, full: true };
}

async function fits(disk: Disk, items: readonly Item[], pictures: readonly Picture[]): Promise<boolean> {
  return await hadRoom(disk, async (database) => {
    const transaction = database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
    const puts = [
      ...pictures.map((picture) => transaction.objectStore("blobs").put(picture)),
      ...items.map((item) => transaction.objectStore("outbox").put(item)),
    ];
    await Promise.all([...puts, transaction.done]);
  });
}

async function hadRoom(disk: Disk, work: (database: Database) => Promise<void>): Promise<boolean> {
  try {
    await disk.use(work);
    return true;
  } catch (error) {
    if (!isFull(error)) throw error;
    return false;
  }
}

/** Takes the room that is kept for later, unless it is taken. False: there is none left. */
export async function takeReserve(disk: Disk): Promise<boolean> {
  return (await take(disk, LAST_RESERVE)) && (await take(disk, RESERVE));
}

async function take(disk: Disk, { id, size }: typeof RESERVE): Promise<boolean> {
  if (await isTaken(disk, id)) return true;
  return await fits(disk, [], [{ id, bytes: noise(size), type: "application/octet-stream" }]);
}

/** Gives it up for something better. False: it was given up before, or a disk as full as that refuses this as well. */
async function give(disk: Disk, { id }: typeof RESERVE): Promise<boolean> {
  try {
    const taken = await isTaken(disk, id);
    if (taken) await disk.use((database) => database.delete("blobs", id));
    return taken;
  } catch (error) {
    if (!isFull(error)) throw error;
    return false;
  }
}

async function isTaken(disk: Disk, id: string): Promise<boolean> {
  return (await disk.use((database) => database.getKey("blobs", id))) !== undefined;
}

/** Browsers pack what they keep: only noise needs the room that it seems to need. */
function noise(size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += MOST_NOISE_AT_ONCE) {
    crypto.getRandomValues(bytes.subarray(at, at + MOST_NOISE_AT_ONCE));
  }
  return bytes.buffer;
}

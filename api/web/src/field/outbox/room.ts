/**
 * Room on the phone. Browsers no longer say how much is left (Chrome tells ten gigabytes, whatever there is): so some is
 * taken while there is, and given up for what must be kept once there is no other. That moment is before the phone is
 * full, and it is said.
 */
import { isFull, type Picture } from "./database";
import type { Disk } from "./disk";
import type { Item } from "./items";

/** Written through to the disk before we say that it is kept: a phone may lose its power at any moment. */
export const DURABLE: IDBTransactionOptions = { durability: "strict" };

const RESERVE = "reserve";
/** A report with two photos as phones take them. */
const RESERVE_BYTES = 8 * 1024 * 1024;
const MOST_NOISE_AT_ONCE = 65_536;

/** What found no room. */
export interface Left {
  items: readonly Item[];
  pictures: readonly Picture[];
}

/** Keeps all of it; else the words at least, since what was seen can be photographed again. Returns what is left. */
export async function keepAll(disk: Disk, items: readonly Item[], pictures: readonly Picture[]): Promise<Left> {
  if (await fits(disk, items, pictures)) return { items: [], pictures: [] };
  if ((await giveReserve(disk)) && (await fits(disk, items, pictures))) return { items: [], pictures: [] };
  if (!(await fits(disk, items, []))) return { items, pictures };
  const loose: Picture[] = [];
  for (const picture of pictures) if (!(await fits(disk, [], [picture]))) loose.push(picture);
  return { items: [], pictures: loose };
}

async function fits(disk: Disk, items: readonly Item[], pictures: readonly Picture[]): Promise<boolean> {
  try {
    await disk.use(async (database) => {
      const transaction = database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
      const puts = [
        ...pictures.map((picture) => transaction.objectStore("blobs").put(picture)),
        ...items.map((item) => transaction.objectStore("outbox").put(item)),
      ];
      await Promise.all([...puts, transaction.done]);
    });
    return true;
  } catch (error) {
    if (!isFull(error)) throw error;
    return false;
  }
}

/** Takes the room that is kept for later, unless it is taken. False: there is none left. */
export async function takeReserve(disk: Disk): Promise<boolean> {
  if (await disk.use((database) => database.getKey("blobs", RESERVE))) return true;
  return await fits(disk, [], [{ id: RESERVE, bytes: noise(RESERVE_BYTES), type: "application/octet-stream" }]);
}

/** Gives it up for something better. False: it was given up before. */
async function giveReserve(disk: Disk): Promise<boolean> {
  const found = await disk.use((database) => database.getKey("blobs", RESERVE));
  if (found) await disk.use((database) => database.delete("blobs", RESERVE));
  return found !== undefined;
}

/** Browsers pack what they keep: only noise needs the room that it seems to need. */
function noise(size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += MOST_NOISE_AT_ONCE) {
    crypto.getRandomValues(bytes.subarray(at, at + MOST_NOISE_AT_ONCE));
  }
  return bytes.buffer;
}

/** The outbox as it lies on the disk. Several tabs share it: each change begins with what is there by now. */
import type { Picture } from "./database";
import type { Disk } from "./disk";
import type { Item } from "./items";
import { DURABLE } from "./room";

export async function stored(disk: Disk): Promise<Item[]> {
  return await disk.use((database) => database.getAllFromIndex("outbox", "order"));
}

/** Changes an item; null leaves it as it is. Returns what is there then, if it is there. */
export async function changed(disk: Disk, id: string, next: (item: Item) => Item | null): Promise<Item | undefined> {
  return await disk.use(async (database) => {
    const transaction = database.transaction("outbox", "readwrite");
    const found = await transaction.store.get(id);
    const made = found && next(found);
    if (made) await transaction.store.put(made);
    await transaction.done;
    return made ?? found;
  });
}

/** Puts items, and the photo of one of them, in the place of `old` and its photo. False: it is gone, and nothing is put. */
export async function exchanged(
  disk: Disk,
  old: Item,
  { items, picture }: { items: readonly Item[]; picture: Picture | undefined },
): Promise<boolean> {
  return await disk.use(async (database) => {
    const transaction = database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
    const [shelf, blobs] = [transaction.objectStore("outbox"), transaction.objectStore("blobs")];
    const isThere = old.unsaved === true || (await shelf.getKey(old.id)) !== undefined;
    const puts = isThere
      ? [
          shelf.delete(old.id),
          ...items.filter((item) => !item.unsaved).map((item) => shelf.put(item)),
          ...(picture ? [blobs.put(picture), blobs.delete(old.id)] : []),
        ]
      : [];
    await Promise.all([...puts, transaction.done]);
    return isThere;
  });
}

/** Removes items with their photos. */
export async function removed(disk: Disk, ids: readonly string[]): Promise<void> {
  await disk.use(async (database) => {
    const transaction = database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
    const [shelf, blobs] = [transaction.objectStore("outbox"), transaction.objectStore("blobs")];
    const drops = ids.flatMap((id) => [shelf.delete(id), blobs.delete(id)]);
    await Promise.all([...drops, transaction.done]);
  });
}

/** The outbox: nothing leaves it but what the server has, or what its owner throws away. */
import { type Database, isFull, type Picture } from "./database";
import { dependents, type Draft, fresh, inOrder, isOpen, type Item, type Outcome, renamed, settled } from "./items";

/** Written through to the disk before we say that it is kept: a phone may lose its power at any moment. */
const DURABLE: IDBTransactionOptions = { durability: "strict" };

const KEPT_AFTER_MS = 2 * 86_400_000;

export class Outbox {
  private items = new Map<string, Item>();
  private pictures = new Map<string, Picture>();
  private heard = new Set<() => void>();
  private changes = 0;

  private constructor(
    private readonly database: Database,
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  static async open(
    database: Database,
    { now = Date.now, random = Math.random }: { now?: () => number; random?: () => number } = {},
  ): Promise<Outbox> {
    const outbox = new Outbox(database, now, random);
    await outbox.reload();
    return outbox;
  }

  /** All that is kept, in the order in which it was made. */
  all(): Item[] {
    return inOrder([...this.items.values()]);
  }

  one(id: string): Item | undefined {
    return this.items.get(id);
  }

  /** Calls `hear` after every change; returns what ends that. */
  listen(hear: () => void): () => void {
    this.heard.add(hear);
    return () => this.heard.delete(hear);
  }

  /** Reads anew what is on the disk, as another tab may have changed it; what is in memory only stays. */
  async reload(): Promise<void> {
    let before: number;
    let stored: Item[];
    do {
      before = this.changes;
      stored = await this.database.getAllFromIndex("outbox", "order");
    } while (before !== this.changes);
    const unsaved = [...this.items.values()].filter((item) => item.unsaved);
    this.items = new Map([...stored, ...unsaved].map((item) => [item.id, item]));
    this.tell();
  }

  /** Keeps items with their photos, all or none. False: the disk is full, and they live in this page's memory only. */
  async add(drafts: readonly Draft[], pictures: readonly Picture[] = []): Promise<boolean> {
    await this.save();
    let order = Math.max(0, ...[...this.items.values()].map((item) => item.order));
    const made = drafts.map((draft) => fresh(draft, (order += 1)));
    const kept = !this.unsaved().length && (await this.write(made, pictures));
    for (const item of made) this.items.set(item.id, kept ? item : { ...item, unsaved: true });
    if (!kept) for (const picture of pictures) this.pictures.set(picture.id, picture);
    this.tell();
    return kept;
  }

  unsaved(): Item[] {
    return this.all().filter((item) => item.unsaved);
  }

  /** Tries once more to keep what the disk had no room for. */
  async save(): Promise<boolean> {
    const waiting = this.unsaved();
    if (!waiting.length) return true;
    const plain = waiting.map((item) => without(item, "unsaved"));
    if (!(await this.write(plain, [...this.pictures.values()]))) return false;
    for (const item of plain) this.items.set(item.id, item);
    this.pictures.clear();
    this.tell();
    return true;
  }

  async picture(id: string): Promise<Picture | undefined> {
    return this.pictures.get(id) ?? (await this.database.get("blobs", id));
  }

  async begin(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item) await this.put({ ...item, state: "sending" });
  }

  /** Writes down what became of an attempt. A photo that has arrived leaves the phone. */
  async settle(id: string, outcome: Outcome): Promise<void> {
    const item = this.items.get(id);
    if (!item) return;
    const next = settled(item, outcome, this.now(), this.random());
    await this.put(next);
    if (next.state === "sent" && item.kind === "evidence") await this.dropPictures([id]);
  }

  /** Gives back what was under way when a page was closed, and lets everything try again at once. */
  async wake(): Promise<void> {
    for (const item of this.all()) {
      if (item.state === "sending" || (isOpen(item) && item.notBefore > 0)) {
        await this.put({ ...item, state: "waiting", notBefore: 0 });
      }
    }
  }

  /** Sends a stuck item again as something new: under another id, changed by `mend`; what hangs on it follows. */
  async renew(id: string, next: string, mend: (item: Item) => Item = (item) => item): Promise<void> {
    const touched = renamed(this.all(), id, next);
    const kept = touched.map((item) => {
      if (item.id !== next) return item;
      return mend({ ...without(item, "trouble", "settledAt"), state: "waiting", tries: 0, notBefore: 0 });
    });
    const picture = await this.picture(id);
    const transaction = this.database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
    void transaction.objectStore("outbox").delete(id);
    for (const item of kept) if (!item.unsaved) void transaction.objectStore("outbox").put(item);
    if (picture) {
      void transaction.objectStore("blobs").put({ ...picture, id: next });
      void transaction.objectStore("blobs").delete(id);
    }
    await transaction.done;
    this.changes += 1;
    this.items.delete(id);
    for (const item of kept) this.items.set(item.id, item);
    this.tell();
  }

  /** Lets a stuck item try once more as it is. */
  async retry(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item) await this.put({ ...without(item, "trouble", "settledAt"), state: "waiting", tries: 0, notBefore: 0 });
  }

  /** Throws an item away with all that means nothing without it. Only its owner may want that. */
  async discard(id: string): Promise<void> {
    await this.remove([id, ...dependents(this.all(), id).map((item) => item.id)]);
  }

  /** Lets go of what was sent: what `shown` says is on the server's own list, and whatever was sent days ago. */
  async sweep(shown: (item: Item) => boolean): Promise<void> {
    const old = this.now() - KEPT_AFTER_MS;
    const needed = new Set(
      this.all()
        .filter((item) => item.state !== "sent")
        .flatMap((item) => item.after),
    );
    const gone = this.all().filter(
      (item) =>
        item.state === "sent" && !needed.has(item.id) && (shown(item) || Date.parse(item.settledAt ?? "") < old),
    );
    if (gone.length) await this.remove(gone.map((item) => item.id));
  }

  private async put(item: Item): Promise<void> {
    this.changes += 1;
    this.items.set(item.id, item);
    this.tell();
    if (item.unsaved) return;
    try {
      await this.database.put("outbox", item);
    } catch (error) {
      // The disk still holds the item as it was before this attempt: it would be sent once more, which does no harm.
      if (!isFull(error)) throw error;
    }
  }

  private async write(items: readonly Item[], pictures: readonly Picture[]): Promise<boolean> {
    this.changes += 1;
    try {
      const transaction = this.database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
      const puts = [
        ...pictures.map((picture) => transaction.objectStore("blobs").put(picture)),
        ...items.map((item) => transaction.objectStore("outbox").put(item)),
      ];
      await Promise.all([...puts, transaction.done]);
      this.changes += 1;
      return true;
    } catch (error) {
      if (isFull(error)) return false;
      throw error;
    }
  }

  private async remove(ids: readonly string[]): Promise<void> {
    this.changes += 1;
    const transaction = this.database.transaction(["outbox", "blobs"], "readwrite", DURABLE);
    for (const id of ids) {
      void transaction.objectStore("outbox").delete(id);
      void transaction.objectStore("blobs").delete(id);
      this.items.delete(id);
      this.pictures.delete(id);
    }
    await transaction.done;
    this.tell();
  }

  private async dropPictures(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.pictures.delete(id);
      await this.database.delete("blobs", id);
    }
  }

  private tell(): void {
    for (const hear of this.heard) hear();
  }
}

function without(item: Item, ...names: ("unsaved" | "trouble" | "settledAt")[]): Item {
  const left = { ...item };
  for (const name of names) Reflect.deleteProperty(left, name);
  return left;
}

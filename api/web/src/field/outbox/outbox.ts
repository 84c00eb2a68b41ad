/** The outbox: nothing leaves it but what the server has, or what its owner throws away. */
import { uuid7 } from "../../shared/uuid";
import { isFull, type Picture } from "./database";
import type { Disk } from "./disk";
import {
  dependents,
  type Draft,
  fresh,
  inOrder,
  isNews,
  isOpen,
  type Item,
  type Outcome,
  renamed,
  respelled,
  righted,
  settled,
  unnamed,
} from "./items";
import { keepAll, keepWords, type Left } from "./room";
import { changed, exchanged, removed, stored } from "./shelf";

const KEPT_AFTER_MS = 2 * 86_400_000;

interface Ways {
  now?: () => number;
  random?: () => number;
  /** Called when the disk holds something else: other tabs want to know. */
  onWritten?: () => void;
  /** Called when there was no room but what is kept for that. */
  onFull?: () => void;
}

export class Outbox {
  private items = new Map<string, Item>();
  /** Photos that the disk had no room for. */
  private pictures = new Map<string, Picture>();
  private heard = new Set<() => void>();
  private followed = new Set<(old: string, next: string | null) => void>();
  private renewing = new Set<string>();
  private changes = 0;
  private last = 0;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly onWritten: () => void;
  private readonly onFull: () => void;

  private constructor(
    private readonly disk: Disk,
    { now = Date.now, random = Math.random, onWritten = () => undefined, onFull = () => undefined }: Ways,
  ) {
    this.now = now;
    this.random = random;
    this.onWritten = onWritten;
    this.onFull = onFull;
  }

  static async open(disk: Disk, ways: Ways = {}): Promise<Outbox> {
    const outbox = new Outbox(disk, ways);
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

  /** Calls `hear` with whatever was not sent and is gone, and the id that it has now, if any; returns what ends that. */
  follow(hear: (old: string, next: string | null) => void): () => void {
    this.followed.add(hear);
    return () => this.followed.delete(hear);
  }

  /** Reads anew what is on the disk, as another tab may have changed it; what is in memory only stays. */
  async reload(): Promise<void> {
    let before: number;
    let kept: Item[];
    do {
      before = this.changes;
      kept = await stored(this.disk);
    } while (before !== this.changes);
    const unsaved = [...this.items.values()].filter((item) => item.unsaved);
    this.items = new Map([...kept, ...unsaved].map((item) => [item.id, item]));
    this.tell();
  }

  /** Keeps items with their photos. False: the disk is full, and some of it lives in this page's memory only. */
  async add(drafts: readonly Draft[], pictures: readonly Picture[] = []): Promise<boolean> {
    await this.save();
    this.last = Math.max(this.last, ...[...this.items.values()].map((item) => item.order));
    const made = this.unlike(drafts).map((draft) => fresh(draft, (this.last += 1)));
    const left = await this.write(made, pictures);
    for (const item of made) this.items.set(item.id, left.items.length ? { ...item, unsaved: true } : item);
    for (const picture of left.pictures) this.pictures.set(picture.id, picture);
    this.tell();
    return this.isSaved();
  }

  /** Whether all of it is on the disk. */
  isSaved(): boolean {
    return this.pictures.size === 0 && !this.all().some((item) => item.unsaved);
  }

  /** Tries once more to keep what the disk had no room for. */
  async save(): Promise<boolean> {
    if (this.isSaved()) return true;
    const waiting = this.all().filter((item) => item.unsaved);
    const left = await this.write(
      waiting.map((item) => without(item, "unsaved")),
      [...this.pictures.values()],
    );
    for (const { id } of left.items.length ? [] : waiting) {
      const item = this.items.get(id);
      if (item) this.items.set(id, without(item, "unsaved"));
    }
    this.pictures = new Map(left.pictures.map((picture) => [picture.id, picture]));
    this.tell();
    return this.isSaved();
  }

  /** Keeps a photo whose report is still being written. False: there is no room for it. */
  async keepPicture(picture: Picture): Promise<boolean> {
    const { pictures } = await this.write([], [picture]);
    return pictures.length === 0;
  }

  /** Keeps what is being filled in. False: there is no room for it. */
  async keepWords(key: string, newest: () => unknown): Promise<boolean> {
    const { kept, full } = await keepWords(this.disk, key, newest);
    if (full) this.onFull();
    return kept;
  }

  async picture(id: string): Promise<Picture | undefined> {
    return this.pictures.get(id) ?? (await this.disk.use((database) => database.get("blobs", id)));
  }

  /** Writes down that an item goes out now, and returns it as it goes; null where it is gone, or was sent elsewhere. */
  async begin(id: string, aheadMs = 0): Promise<Item | null> {
    const item = await this.change(id, (found) => {
      if (!isOpen(found)) return null;
      const request = found.begun ? found.request : righted(found.request, aheadMs, this.now());
      return { ...found, request, state: "sending", begun: true };
    });
    return item && isOpen(item) ? item : null;
  }

  /** Writes down what became of an attempt. A photo that has arrived leaves the phone. */
  async settle(id: string, outcome: Outcome): Promise<void> {
    if (outcome.is === "gone") {
      await this.discard(id);
      return;
    }
    const random = this.random();
    const next = await this.change(id, (found) => (isOpen(found) ? settled(found, outcome, this.now(), random) : null));
    if (next?.state === "sent" && next.kind === "evidence") await this.dropPicture(id);
  }

  /** Gives back what was under way when a page was closed, and lets everything try again at once. */
  async wake(): Promise<void> {
    for (const { id, state, notBefore } of this.all()) {
      if (state !== "sending" && (state !== "waiting" || notBefore === 0)) continue;
      await this.change(id, (found) => (isOpen(found) ? { ...found, state: "waiting", notBefore: 0 } : null));
    }
  }

  /**
   * Takes something back that has not been sent, with all that means nothing without it. What never went out is gone at
   * once; of a report that did, the server is asked whether it has it. False: it is too late.
   */
  async withdraw(id: string): Promise<boolean> {
    const found = await this.change(id, (item) => {
      const can = isOpen(item) && (!item.begun || item.kind === "report");
      return can ? { ...item, withdrawn: true, notBefore: 0 } : null;
    });
    if (found?.withdrawn && !found.begun) await this.discard(id);
    return found?.withdrawn ?? false;
  }

  /**
   * Sends a stuck item again as something new: under another id, changed by `mend`; what hangs on it follows. A photo
   * may have `another` in its stead. Whoever asks a second time, here or in another tab, finds it gone: nothing is done.
   */
  async renew(id: string, next: string, mend: (item: Item) => Item = (item) => item, another?: Picture): Promise<void> {
    const known = this.items.get(id);
    if (!known || this.renewing.has(id)) return;
    this.renewing.add(id);
    try {
      const picture = another ?? (await this.picture(id));
      const items = renamed(this.all(), id, next).map((item) => (item.id === next ? mend(anew(item)) : item));
      const given = { items, picture: picture && { ...picture, id: next } };
      this.changes += 1;
      if (await exchanged(this.disk, known, given)) this.exchange(id, next, items);
      else await this.reload();
    } finally {
      this.renewing.delete(id);
    }
  }

  private exchange(id: string, next: string, items: readonly Item[]): void {
    this.items.delete(id);
    this.pictures.delete(id);
    for (const item of items) this.items.set(item.id, item);
    this.written();
    for (const hear of this.followed) hear(id, next);
  }

  /** Lets a stuck item try once more as it is. */
  async retry(id: string): Promise<void> {
    await this.change(id, (item) => ({ ...anew(item), ...(item.begun ? { begun: true } : {}) }));
  }

  /** Throws an item away with all that means nothing without it. Only its owner may want that. */
  async discard(id: string): Promise<void> {
    const sent = this.items.get(id)?.state === "sent";
    await this.remove([id, ...dependents(this.all(), id).map((item) => item.id)]);
    if (sent) return;
    for (const item of this.all()) if (unnamed(item, id)) await this.change(item.id, (found) => unnamed(found, id));
    for (const hear of this.followed) hear(id, null);
  }

  /**
   * Lets go of what was sent: what `shown` says is on the server's own list, and whatever was sent days ago. Not of what
   * others hang on, and not of what is news to its owner before they have seen it.
   */
  async sweep(shown: (item: Item) => boolean): Promise<void> {
    const old = this.now() - KEPT_AFTER_MS;
    const needed = new Set(
      this.all()
        .filter((item) => item.state !== "sent")
        .flatMap((item) => item.after),
    );
    const gone = this.all()
      .filter((item) => item.state === "sent" && !needed.has(item.id) && !isNews(item))
      .filter((item) => Date.parse(item.settledAt ?? "") < old || shown(item));
    if (gone.length) await this.remove(gone.map((item) => item.id));
  }

  /** What of `drafts` is new. The same once more is no second one; another thing under an id that is taken gets its own. */
  private unlike(drafts: readonly Draft[]): Draft[] {
    let said = [...drafts];
    for (const { id } of drafts) {
      const known = this.items.get(id);
      const twin = said.find((one) => one.id === id);
      if (!known || !twin) continue;
      const same = JSON.stringify(core(known)) === JSON.stringify(core(twin));
      const next = uuid7(this.now());
      said = same ? said.filter((one) => one !== twin) : said.map((one) => respelled(one, id, next));
    }
    return said;
  }

  /** Changes an item as it lies on the disk, since another tab may have sent it; null leaves it as it is. */
  private async change(id: string, next: (item: Item) => Item | null): Promise<Item | undefined> {
    const known = this.items.get(id);
    if (!known) return undefined;
    const found = known.unsaved ? (next(known) ?? known) : await this.changeKept(known, next);
    if (found) this.items.set(id, found);
    else this.items.delete(id);
    this.written();
    return found;
  }

  private async changeKept(known: Item, next: (item: Item) => Item | null): Promise<Item | undefined> {
    this.changes += 1;
    try {
      return await changed(this.disk, known.id, next);
    } catch (error) {
      // The disk still holds it as it was before: if this page ends now it is sent once more, which does no harm.
      if (!isFull(error)) throw error;
      return { ...(next(known) ?? known), unsaved: true };
    }
  }

  private async write(items: readonly Item[], pictures: readonly Picture[]): Promise<Left> {
    this.changes += 1;
    try {
      const left = await keepAll(this.disk, items, pictures);
      if (left.full) this.onFull();
      return left;
    } finally {
      this.changes += 1;
      this.onWritten();
    }
  }

  private async remove(ids: readonly string[]): Promise<void> {
    await removed(this.disk, ids);
    for (const id of ids) {
      this.items.delete(id);
      this.pictures.delete(id);
    }
    this.written();
  }

  /** A photo that has arrived makes room for others. */
  private async dropPicture(id: string): Promise<void> {
    this.pictures.delete(id);
    await this.disk.use((database) => database.delete("blobs", id));
    await this.save();
  }

  private written(): void {
    this.changes += 1;
    this.onWritten();
    this.tell();
  }

  private tell(): void {
    for (const hear of this.heard) hear();
  }
}

/** What a draft asks, but for the moment at which it was pressed: that of a report, or the end of a patrol. */
function core({ kind, chain, request }: Draft): unknown {
  const { path, body } = request;
  return [kind, chain, path, { ...body, reported_at: null, ended_at: null }];
}

/** An item as if it had never gone out. */
function anew(item: Item): Item {
  const plain = without(item, "trouble", "settledAt", "begun");
  return { ...plain, state: "waiting", tries: 0, notBefore: 0 };
}

type Passing = "unsaved" | "trouble" | "settledAt" | "begun";

function without(item: Item, ...names: Passing[]): Item {
  const left = { ...item };
  for (const name of names) Reflect.deleteProperty(left, name);
  return left;
}

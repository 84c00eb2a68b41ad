/** What is shown of the inbox: read anew whenever something comes, and further back at a press. */
import { signal } from "@preact/signals";
import { read, send } from "../../shared/api";
import { toastError } from "../../shared/ui/toasts";
import { counting, countUnread } from "../live";
import type { InboxPage, Notice } from "./notices";

const SIZE = 50;
/** So many the server gives at once. */
const MOST = 500;

/** One reading comes after the other: which notices come next depends on those that are there. */
export class Pile {
  readonly items = signal<Notice[]>([]);
  readonly next = signal<string | null>(null);
  readonly error = signal<unknown>(null);
  readonly read = signal(false);
  readonly onlyUnread = signal(false);
  /** Counts what was asked of the whole pile: what was read of another is dropped. */
  #turn = 0;
  #last: Promise<void> = Promise.resolve();
  /** A reading anew that waits for the one before it, and will bring whatever comes until then. */
  #waiting: Promise<void> | null = null;

  readonly refresh = (): Promise<void> => {
    this.#waiting ??= this.#after(async () => {
      this.#waiting = null;
      const shown = Math.min(MOST, Math.max(SIZE, this.items.peek().length));
      await this.#take(`limit=${shown}`, () => []);
    });
    return this.#waiting;
  };

  readonly more = (): Promise<void> =>
    this.#after(async () => {
      const next = this.next.peek();
      if (next !== null) await this.#take(`limit=${SIZE}&cursor=${next}`, () => this.items.peek());
    });

  /** Shows only what is unread, or everything; what is still under way of the other is not waited for. */
  readonly only = (wanted: boolean): Promise<void> => {
    this.#turn += 1;
    this.#last = Promise.resolve();
    this.#waiting = null;
    this.onlyUnread.value = wanted;
    this.read.value = false;
    this.items.value = [];
    this.next.value = null;
    return this.refresh();
  };

  /** One notice, or the newest one with all before it. */
  readonly mark = async (id: string, andEarlier = false): Promise<void> => {
    try {
      await (andEarlier ? send("/api/v1/inbox/read", { up_to: id }) : send(`/api/v1/inbox/${id}/read`, undefined));
    } catch (problem) {
      toastError(problem);
    }
    await this.refresh();
    await countUnread();
  };

  #after(act: () => Promise<void>): Promise<void> {
    const mine = this.#turn;
    this.#last = this.#last.then(() => (mine === this.#turn ? act() : undefined));
    return this.#last;
  }

  async #take(asked: string, before: () => Notice[]): Promise<void> {
    const mine = this.#turn;
    const tell = counting();
    try {
      const page = await read<InboxPage>(`/api/v1/inbox?unread=${String(this.onlyUnread.peek())}&${asked}`);
      tell(page.unread);
      if (mine !== this.#turn) return;
      this.items.value = [...before(), ...page.items];
      this.next.value = page.next ?? null;
      this.error.value = null;
    } catch (problem) {
      if (mine !== this.#turn) return;
      this.error.value = problem;
    }
    this.read.value = true;
  }
}

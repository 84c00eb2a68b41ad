/** Sends what waits: in order, one at a time, whenever it is worth trying. */
import type { Disk } from "./disk";
import { hasCome, type Item, nextTry, type Outcome, patience, ready } from "./items";
import { inTurn, type Turn } from "./lock";
import type { Outbox } from "./outbox";

/** Carries an item once; it ends early when `stop` says so. */
export type Attempt = (item: Item, stop: AbortSignal) => Promise<Outcome>;

export interface Surroundings {
  /** Whose session it is; null where nobody is logged in, and then nothing is sent. */
  account: () => string | null;
  /** How far this phone's clock is ahead of the server's. */
  aheadMs?: () => number;
  now?: () => number;
  random?: () => number;
  /** Called when the server no longer knows the session. */
  onLogin?: () => void;
  /** Called with whether the server could be reached. */
  onReach?: (reached: boolean) => void;
  /** Called when something has arrived, or met something else that is stored: what the server shows is different. */
  onDone?: (kind: Item["kind"]) => void;
  holder?: string;
}

const OTHER_TAB_MS = 5_000;
const LONGEST_REST_MS = 60_000;
/** So many items in a row that the server cannot take just now, and it is taken for ill: the others need not try. */
const ILL_AFTER = 3;

export class Sender {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private again = false;
  private closedUntil = 0;
  private failures = 0;
  private misses = 0;
  private stopped = false;
  private under: { item: Item; stop: AbortController } | null = null;
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(
    private readonly outbox: Outbox,
    private readonly disk: Disk,
    private readonly carry: Attempt,
    private readonly around: Surroundings,
  ) {
    this.now = around.now ?? Date.now;
    this.random = around.random ?? Math.random;
  }

  /** Something is new: look what can go. */
  wake(): void {
    this.makeWay();
    void this.run();
  }

  /** Another tab has written something: what is urgent does not wait behind a photo that this one sends. */
  async hear(): Promise<void> {
    await this.outbox.reload();
    this.makeWay();
  }

  /** Signal is back, or somebody looks at the page: whatever waited for better times tries at once. */
  async hurry(): Promise<void> {
    this.closedUntil = 0;
    this.failures = 0;
    await this.outbox.wake();
    await this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      do {
        this.again = false;
        const ours = await inTurn(this.disk, this.around.holder ?? "page", (turn) => this.drain(turn));
        if (!ours) this.closedUntil = Math.max(this.closedUntil, this.now() + OTHER_TAB_MS);
      } while (this.again as boolean);
    } catch (error) {
      this.close(null);
      throw error;
    } finally {
      this.running = false;
      this.rest();
    }
  }

  /** Sends until nothing can go. Public for tests, which want no timers. */
  async drain(turn: Turn = { renew: () => Promise.resolve(true) }): Promise<void> {
    await this.outbox.reload();
    for (;;) {
      const item = this.pick();
      if (!item || this.stopped || !(await turn.renew())) return;
      if (!(await this.attempt(item))) return;
    }
  }

  private pick(): Item | undefined {
    const account = this.around.account();
    if (!account || !hasCome(this.closedUntil, this.now())) return undefined;
    return ready(this.outbox.all(), account, this.now())[0];
  }

  private async attempt({ id }: Item): Promise<boolean> {
    const item = await this.outbox.begin(id, this.around.aheadMs?.() ?? 0);
    if (!item) return true; // another tab was quicker
    const stop = new AbortController();
    this.under = { item, stop };
    const outcome = await this.carry(item, stop.signal);
    this.under = null;
    if (this.stopped) return false;
    return await this.settle(item, outcome);
  }

  private async settle({ id, kind }: Item, outcome: Outcome): Promise<boolean> {
    if (outcome.is === "wait") {
      // Photos wait for one another while the server looks at one: that says nothing of the rest.
      if (kind !== "evidence") this.misses += 1;
      return await this.settleWait(id, outcome);
    }
    this.failures = 0;
    this.misses = 0;
    await this.outbox.settle(id, outcome);
    this.around.onReach?.(true);
    if (outcome.is === "done" || outcome.is === "conflict") this.around.onDone?.(kind);
    if (outcome.is === "login") this.around.onLogin?.();
    return outcome.is !== "login";
  }

  /** Where the way is closed for all, the others try first once it opens: what never gets through must not block them. */
  private async settleWait(id: string, outcome: Outcome & { is: "wait" }): Promise<boolean> {
    const closed = outcome.all || this.misses >= ILL_AFTER;
    const afterMs = closed ? 2 * this.close(outcome.afterMs) : outcome.afterMs;
    await this.outbox.settle(id, { ...outcome, afterMs });
    this.around.onReach?.(!outcome.all);
    return !closed;
  }

  /** Closes the way for a while, and returns for how long. */
  private close(afterMs: number | null): number {
    this.failures += 1;
    const pause = afterMs === null ? patience(this.failures, this.random()) : afterMs * (1 + this.random() / 4);
    this.closedUntil = this.now() + pause;
    this.misses = 0;
    return pause;
  }

  /** A photo may take minutes: what has a limit of minutes does not wait behind it. Its parts go on afterwards. */
  private makeWay(): void {
    const next = this.pick();
    const isUrgent = next?.kind === "check_in" || next?.kind === "whistle_act";
    if (isUrgent && this.under?.item.kind === "evidence") this.under.stop.abort();
  }

  /** Sleeps until the next of them may be tried; never long, since a phone's clock may be put back meanwhile. */
  private rest(): void {
    clearTimeout(this.timer);
    const account = this.around.account();
    const next = account ? nextTry(this.outbox.all(), account) : null;
    if (next === null || this.stopped) return;
    const wait = Math.max(next, this.closedUntil) - this.now();
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(50, wait), LONGEST_REST_MS));
  }
}

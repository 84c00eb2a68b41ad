/** Sends what waits: in order, one at a time, whenever it is worth trying. */
import type { Database } from "./database";
import { type Item, nextTry, type Outcome, patience, ready } from "./items";
import { inTurn, type Turn } from "./lock";
import type { Outbox } from "./outbox";

export type Courier = (item: Item) => Promise<Outcome>;

export interface Surroundings {
  /** Whose session it is; null where nobody is logged in, and then nothing is sent. */
  account: () => string | null;
  now?: () => number;
  random?: () => number;
  /** Called when the server no longer knows the session. */
  onLogin?: () => void;
  /** Called with whether the server could be reached. */
  onReach?: (reached: boolean) => void;
  holder?: string;
}

const OTHER_TAB_MS = 5_000;

export class Sender {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private again = false;
  private closedUntil = 0;
  private failures = 0;
  private stopped = false;
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(
    private readonly outbox: Outbox,
    private readonly database: Database,
    private readonly courier: Courier,
    private readonly around: Surroundings,
  ) {
    this.now = around.now ?? Date.now;
    this.random = around.random ?? Math.random;
  }

  /** Something is new: look what can go. */
  wake(): void {
    void this.run();
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
        const ours = await inTurn(this.database, this.around.holder ?? "page", (turn) => this.drain(turn));
        if (!ours) this.closedUntil = Math.max(this.closedUntil, this.now() + OTHER_TAB_MS);
      } while (this.again as boolean);
    } finally {
      this.running = false;
    }
    this.rest();
  }

  /** Sends until nothing can go. Public for tests, which want no timers. */
  async drain(turn: Turn = { renew: () => Promise.resolve(true) }): Promise<void> {
    await this.outbox.reload();
    for (;;) {
      const account = this.around.account();
      const item = account && this.closedUntil <= this.now() ? this.pick(account) : undefined;
      if (!item || this.stopped || !(await turn.renew())) return;
      if (!(await this.attempt(item))) return;
    }
  }

  private pick(account: string): Item | undefined {
    return ready(this.outbox.all(), account, this.now())[0];
  }

  private async attempt(item: Item): Promise<boolean> {
    await this.outbox.begin(item.id);
    const outcome = await this.courier(item);
    if (this.stopped) return false;
    await this.outbox.settle(item.id, outcome);
    const reached = outcome.is !== "wait" || !outcome.all;
    this.around.onReach?.(reached);
    if (reached) this.failures = 0;
    if (outcome.is === "login") this.around.onLogin?.();
    if (outcome.is === "wait" && outcome.all) {
      this.failures += 1;
      this.closedUntil = this.now() + (outcome.afterMs ?? patience(this.failures, this.random()));
    }
    return outcome.is !== "login" && reached;
  }

  /** Sleeps until the next of them may be tried. */
  private rest(): void {
    clearTimeout(this.timer);
    const account = this.around.account();
    const next = account ? nextTry(this.outbox.all(), account) : null;
    if (next === null || this.stopped) return;
    const wait = Math.max(next, this.closedUntil) - this.now();
    this.timer = setTimeout(() => this.wake(), Math.max(50, wait));
  }
}

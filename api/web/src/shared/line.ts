/** The line to the server on which it says what changes: held up over restarts, watched for silence. */
import { Reader, type Told } from "./sse";

export interface Change {
  id: number;
  kind: string;
  subject_id: string;
  incident_id: string | null;
  at: string;
}

export interface Ears {
  /** Something came, if only a sign of life. */
  alive: () => void;
  changes: (changes: readonly Change[]) => void;
  /** All that is shown may be old: after a resync, and whenever the line comes up again. */
  anew: () => void;
  /** The line is down; it is tried again after `waitMs`. */
  down: (waitMs: number) => void;
  /** Nobody is logged in any more. */
  over: () => void;
}

export interface Means {
  fetch: typeof fetch;
  random: () => number;
  /** Resolves after a time, or as soon as the signal says so. */
  pause: (ms: number, stop: AbortSignal) => Promise<void>;
}

/** The server sends a sign of life every 15 s: after two and a half of them the line is dead. */
export const SILENCE_MS = 38_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

const MEANS: Means = {
  fetch: (...asked) => fetch(...asked),
  random: Math.random,
  pause: (ms, stop) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const hurried = (): void => {
        clearTimeout(timer);
        resolve();
      };
      stop.addEventListener("abort", hurried, { once: true });
    }),
};

/** How long to wait before the try of this number, from 0: doubling, and never all at the same moment. */
export function waitMs(tries: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10)) * (0.5 + random / 2);
}

export class Line {
  #stop = new AbortController();
  #hurry = new AbortController();
  #lastId = "";
  #tries = 0;
  #isOpen = false;

  constructor(
    private readonly ears: Ears,
    private readonly means: Means = MEANS,
  ) {}

  /** Listens until `close`, or until nobody is logged in: it may be opened again then. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    await this.#listenOn();
    this.#isOpen = false;
  }

  async #listenOn(): Promise<void> {
    for (;;) {
      const over = await this.#once().catch(() => false);
      if (over) {
        this.ears.over();
        return;
      }
      if (this.#closed()) return;
      const wait = waitMs(this.#tries, this.means.random());
      this.#tries += 1;
      this.ears.down(wait);
      this.#hurry = new AbortController();
      await this.means.pause(wait, this.#hurry.signal);
    }
  }

  /** Tries at once, as when the network is back. */
  hurry(): void {
    this.#hurry.abort();
  }

  close(): void {
    this.#stop.abort();
    this.#hurry.abort();
  }

  #closed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Returns whether the session is over. */
  async #once(): Promise<boolean> {
    const cut = new AbortController();
    const stopped = (): void => cut.abort();
    this.#stop.signal.addEventListener("abort", stopped, { once: true });
    let dog = setTimeout(stopped, SILENCE_MS);
    const alive = (): void => {
      clearTimeout(dog);
      dog = setTimeout(stopped, SILENCE_MS);
      this.ears.alive();
    };
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
      const answer = await this.means.fetch("/api/v1/events", {
        headers,
        credentials: "same-origin",
        cache: "no-store",
        signal: cut.signal,
      });
      if (answer.status === 401) return true;
      if (!answer.ok || !answer.body) return false;
      return await this.#listen(answer.body, alive);
    } finally {
      clearTimeout(dog);
      this.#stop.signal.removeEventListener("abort", stopped);
      cut.abort();
    }
  }

  async #listen(body: ReadableStream<Uint8Array>, alive: () => void): Promise<boolean> {
    const reader = new Reader();
    const words = new TextDecoder();
    const source = body.getReader();
    this.#tries = 0;
    alive();
    this.ears.anew();
    for (;;) {
      const { done, value } = await source.read();
      if (done) return false;
      alive();
      for (const told of reader.take(words.decode(value, { stream: true }))) {
        if (this.#hear(told)) return true;
      }
      if (reader.lastId) this.#lastId = reader.lastId;
    }
  }

  #hear({ event, data }: Told): boolean {
    if (event === "changes") this.ears.changes((JSON.parse(data) as { changes: Change[] }).changes);
    else if (event === "resync") {
      this.#lastId = "";
      this.ears.anew();
    } else if (event === "end") return (JSON.parse(data) as { reason?: string }).reason === "not-logged-in";
    return false;
  }
}

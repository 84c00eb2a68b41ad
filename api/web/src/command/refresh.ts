/** What must be fetched again, and when: many changes make one request, and no request overtakes another. */
import type { Change } from "../shared/line";

export const TOPICS = [
  "watch",
  "figures",
  "emergencies",
  "whistles",
  "chosen",
  "land",
  "marks",
  "loads",
  "rules",
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Task {
  run: () => Promise<void>;
  /** The least time between two beginnings, asked for each time. */
  everyMs: () => number;
}

interface Standing {
  wanted: boolean;
  running: boolean;
  begunAt: number;
  failures: number;
  timer: ReturnType<typeof setTimeout> | null;
}

const LONGEST_MS = 30_000;

export class Refresher {
  readonly #standing = new Map<Topic, Standing>();

  /**
   * `fresh` is told of each topic that was fetched, `failed` of each that was not; it is tried again by itself, ever
   * more patiently, unless `failed` returns false.
   */
  constructor(
    private readonly tasks: Record<Topic, Task>,
    private readonly told: { fresh: (topic: Topic) => void; failed: (topic: Topic, error: unknown) => boolean },
    private readonly now: () => number = Date.now,
  ) {
    for (const topic of TOPICS) {
      this.#standing.set(topic, { wanted: false, running: false, begunAt: -Infinity, failures: 0, timer: null });
    }
  }

  want(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      const standing = this.#of(topic);
      standing.wanted = true;
      this.#plan(topic, standing);
    }
  }

  /** Asks at once for what was asked for in vain. */
  hurry(): void {
    for (const topic of TOPICS) {
      const standing = this.#of(topic);
      if (standing.timer && standing.failures) {
        clearTimeout(standing.timer);
        standing.timer = null;
        standing.failures = 0;
        this.#plan(topic, standing);
      }
    }
  }

  #of(topic: Topic): Standing {
    const standing = this.#standing.get(topic);
    if (!standing) throw new Error(topic);
    return standing;
  }

  #plan(topic: Topic, standing: Standing): void {
    if (standing.running || standing.timer || !standing.wanted) return;
    const patience = this.tasks[topic].everyMs() * 2 ** Math.min(standing.failures, 6);
    const wait = Math.max(0, standing.begunAt + Math.min(patience, LONGEST_MS) - this.now());
    standing.timer = setTimeout(() => {
      standing.timer = null;
      void this.#begin(topic, standing);
    }, wait);
  }

  async #begin(topic: Topic, standing: Standing): Promise<void> {
    standing.wanted = false;
    standing.running = true;
    standing.begunAt = this.now();
    try {
      await this.tasks[topic].run();
      standing.failures = 0;
      this.told.fresh(topic);
    } catch (error) {
      standing.failures += 1;
      standing.wanted = this.told.failed(topic, error) || standing.wanted;
    } finally {
      standing.running = false;
      this.#plan(topic, standing);
    }
  }
}

/** Which topics changes touch; `shown` are the ids (of a case and its whistles) that somebody looks at. */
export function topicsOf(changes: readonly Change[], shown: ReadonlySet<string>): Set<Topic> {
  const topics = new Set<Topic>();
  for (const { kind, subject_id: subject, incident_id: incident } of changes) {
    const noun = kind.split(".", 1)[0] ?? "";
    if (noun === "inbox") continue;
    topics.add("watch").add("figures").add("emergencies");
    if (noun === "whistle" || noun === "summons") topics.add("whistles").add("marks");
    if (noun === "incident" || noun === "case") topics.add("marks");
    if (kind === "incident.reported") topics.add("loads");
    if (shown.has(subject) || (incident !== null && shown.has(incident))) topics.add("chosen");
  }
  return topics;
}

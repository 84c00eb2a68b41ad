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
  /** Whether a person waits for it. */
  urgent: boolean;
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
    // Not the time of day: a clock that is set back an hour would have everything wait an hour.
    private readonly now: () => number = () => performance.now(),
  ) {
    const idle = { wanted: false, urgent: false, running: false, begunAt: -Infinity, failures: 0, timer: null };
    for (const topic of TOPICS) this.#standing.set(topic, { ...idle });
  }

  want(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      const standing = this.#of(topic);
      standing.wanted = true;
      this.#plan(topic, standing);
    }
  }

  /** Asks at once, whatever was asked a moment ago or in vain: a person waits for the answer. */
  wish(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      const standing = this.#of(topic);
      standing.wanted = standing.urgent = true;
      this.#planAnew(topic, standing);
    }
  }

  /** Asks at once for what was asked for in vain. */
  hurry(): void {
    for (const topic of TOPICS) {
      const standing = this.#of(topic);
      if (standing.timer && standing.failures) this.#planAnew(topic, standing);
    }
  }

  #planAnew(topic: Topic, standing: Standing): void {
    if (standing.timer) clearTimeout(standing.timer);
    standing.timer = null;
    standing.failures = 0;
    this.#plan(topic, standing);
  }

  #of(topic: Topic): Standing {
    const standing = this.#standing.get(topic);
    if (!standing) throw new Error(topic);
    return standing;
  }

  #plan(topic: Topic, standing: Standing): void {
    if (standing.running || standing.timer || !standing.wanted) return;
    const patience = this.tasks[topic].everyMs() * 2 ** Math.min(standing.failures, 6);
    const rest = Math.max(0, standing.begunAt + Math.min(patience, LONGEST_MS) - this.now());
    standing.timer = setTimeout(
      () => {
        standing.timer = null;
        void this.#begin(topic, standing);
      },
      standing.urgent ? 0 : rest,
    );
  }

  async #begin(topic: Topic, standing: Standing): Promise<void> {
    standing.wanted = standing.urgent = false;
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

/** What changes nothing that a tile draws: where a case lies, its stage, and whether it is late. */
const UNDRAWN = new Set(["case.noted", "case.extension_asked", "case.reporter_revealed", "incident.evidence_added"]);
/** Registers hold the names that are shown, and who is on duty. */
const REGISTERS = new Set(["person", "duty", "organisation", "register"]);

/** Which topics changes touch; `shown` are the ids (of a case and its whistles) that somebody looks at. */
export function topicsOf(changes: readonly Change[], shown: ReadonlySet<string>): Set<Topic> {
  const topics = new Set<Topic>();
  for (const { kind, subject_id: subject, incident_id: incident } of changes) {
    const noun = kind.split(".", 1)[0] ?? "";
    if (noun === "inbox") continue;
    topics.add("watch").add("figures").add("emergencies");
    if (noun === "whistle" || noun === "summons") topics.add("whistles").add("marks");
    if ((noun === "incident" || noun === "case") && !UNDRAWN.has(kind)) topics.add("marks");
    if (kind === "incident.reported") topics.add("loads");
    if (REGISTERS.has(noun)) topics.add("rules");
    if (noun === "register" || noun === "grid") topics.add("land");
    // Cells come and go, with the names of what they lie in.
    if (noun === "grid") topics.add("loads").add("rules");
    if (shown.has(subject) || (incident !== null && shown.has(incident))) topics.add("chosen");
  }
  return topics;
}

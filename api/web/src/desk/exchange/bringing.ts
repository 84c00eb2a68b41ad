/** A file that is brought in: tried first, then applied on the table that its trial saw. */
import { signal } from "@preact/signals";
import { ask, Problem } from "../../shared/api";
import { uuid7 } from "../../shared/uuid";
import { type Brought, faultsIn } from "./preview";

const TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** A file that was chosen; its id lets it be applied once, however often it is sent. */
interface Chosen {
  file: File;
  id: string;
}

export class Bringing {
  readonly chosen = signal<Chosen | null>(null);
  /** What the chosen file would do, and no other: a trial that another choice overtook is dropped. */
  readonly brought = signal<Brought | null>(null);
  readonly error = signal<unknown>(null);
  /** While it is applied: another is chosen only once it is known what became of this one. */
  readonly applying = signal(false);
  /** Where the content comes from, where that must be said. */
  readonly source = signal("");
  /** Whether nobody looks at it any more. */
  left = false;
  #turn = 0;

  constructor(readonly name: string) {}

  readonly choose = async (file: File): Promise<void> => {
    if (this.applying.peek()) return;
    this.chosen.value = { file, id: uuid7() };
    await this.#look();
  };

  /**
   * Applies what was looked at. Returns what it did; null where it did nothing, and what is shown says why. Throws that
   * where nobody is there to see it.
   */
  readonly apply = async (): Promise<Brought | null> => {
    const [chosen, seen] = [this.chosen.peek(), this.brought.peek()];
    if (!chosen || !seen || this.applying.peek()) return null;
    this.error.value = null;
    this.applying.value = true;
    try {
      return await this.#send(chosen, seen.digest);
    } catch (problem) {
      // Somebody was quicker: what the file would do now is another thing.
      if (problem instanceof Problem && problem.status === 412 && !this.left) await this.#look();
      if (this.left) throw problem;
      this.#refused(problem);
      return null;
    } finally {
      this.applying.value = false;
    }
  };

  async #look(): Promise<void> {
    const chosen = this.chosen.peek();
    const mine = ++this.#turn;
    this.brought.value = null;
    this.error.value = null;
    if (!chosen) return;
    try {
      const found = await this.#send(chosen, null);
      if (mine === this.#turn) this.brought.value = found;
    } catch (problem) {
      if (mine === this.#turn) this.#refused(problem);
    }
  }

  /** What is wrong with rows stands among them; the first of other errors is told, and what was seen stays. */
  #refused(problem: unknown): void {
    const faults = problem instanceof Problem ? faultsIn(problem.details) : [];
    if (faults.length) this.brought.value = { ...NOTHING, table: this.name, faults };
    else this.error.value ??= problem;
  }

  /** Tries a file, or applies it on the table that was looked at: of that `digest`. */
  async #send({ file, id }: Chosen, digest: string | null): Promise<Brought> {
    const kind = file.name.toLowerCase().split(".").pop() ?? "";
    const body = new Blob([file], { type: TYPES[kind] ?? file.type });
    const asked = new URLSearchParams(digest === null ? { dry_run: "true" } : { id });
    const source = this.source.peek().trim();
    if (source) asked.set("source", source);
    const path = `/api/v1/tables/${this.name}?${asked.toString()}`;
    return (await ask<Brought>("POST", path, { body, ifMatch: digest ?? undefined, timeoutMs: 120_000 })).value;
  }
}

const NOTHING = { applied: false, replayed: false, adds: 0, changes: [], ends: 0, unchanged: 0, digest: "" };

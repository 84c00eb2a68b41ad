/** Something that is being filled in: kept at every touch, and there again after the page was closed. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { toastError } from "../shared/ui/toasts";
import { holdWords, letWordsGo, looseWords } from "./loose";
import { isFull } from "./outbox/database";
import { allSaved, holder, theDisk, theOutbox } from "./phone";

/** Under this key it is kept for whoever holds the phone: the next one finds nothing of it. */
export function ownKey(key: string): string {
  return `${key}:${holder.value?.account_id ?? ""}`;
}

/** Names of what was sent off and lives in memory only. What lies on the disk of it is for the day this page is lost. */
const spent = new Set<string>();

export function isSpent(key: string): boolean {
  return spent.has(key);
}

/** What is on its way to the disk, by its name: of two attempts the later counts, whichever of them ends last. */
const underway = new Map<string, unknown>();

/** Keeps what is being filled in. What finds no room lives in this page only; the page says so until it is kept. */
export async function keepFilled(key: string, value: unknown): Promise<void> {
  underway.set(key, value);
  try {
    const kept = await theOutbox().keepWords(key, () => underway.get(key));
    if (underway.get(key) !== value) return;
    if (kept) letWordsGo(key);
    else holdWords(key, value);
  } finally {
    if (underway.get(key) === value) underway.delete(key);
  }
}

/** Tries once more to keep what found no room. */
export async function keepLoose(): Promise<void> {
  for (const [key, value] of looseWords.peek()) if (!underway.has(key)) await keepFilled(key, value);
}

/** What was kept under a key, or lives in this page only. */
export async function keptFilled<T>(key: string): Promise<T | undefined> {
  return (looseWords.peek().get(key) as T | undefined) ?? (await theDisk().kept<T>(key));
}

/** Forgets it, in this page as well. */
export async function forgetFilled(key: string): Promise<void> {
  letGo(key);
  await theDisk().forget(key);
}

function letGo(key: string): void {
  underway.delete(key);
  letWordsGo(key);
}

type Change<T> = T | ((now: T) => T);

export class Filled<T> {
  readonly value: Signal<T>;
  private read: Promise<void> = Promise.resolve();
  private touched = false;
  /** What is on the screen, by its key. */
  private static readonly shown = new Map<string, Filled<unknown>>();

  constructor(
    readonly key: string,
    first: T,
  ) {
    this.value = signal(first);
  }

  static at(key: string): Filled<unknown> | undefined {
    return Filled.shown.get(key);
  }

  /** Comes to the screen, with what was kept of it; returns what takes it away again. */
  show(): () => void {
    Filled.shown.set(this.key, this as Filled<unknown>);
    this.read = this.take().catch(toastError);
    return () => {
      if (Filled.at(this.key) === this) Filled.shown.delete(this.key);
    };
  }

  /** Whoever comes late, as a photo that had to be read, may have been shown anew meanwhile: then that one is changed. */
  change(next: Change<T>): void {
    const now = (Filled.at(this.key) ?? this) as Filled<T>;
    now.touched = true;
    spent.delete(now.key);
    now.value.value = typeof next === "function" ? (next as (now: T) => T)(now.value.peek()) : next;
    keepFilled(now.key, now.value.peek()).catch(toastError);
  }

  /** Changes it once it is read. */
  async changeRead(next: (now: T) => T): Promise<void> {
    await this.read;
    this.change(next);
  }

  /** Forgets it, as soon as what it became is on the disk. */
  async forget(): Promise<void> {
    spent.add(this.key);
    letGo(this.key);
    await allSaved();
    if (spent.delete(this.key)) await theDisk().forget(this.key);
  }

  private async take(): Promise<void> {
    const found = await keptFilled<T>(this.key);
    if (found !== undefined && !this.touched && !isSpent(this.key)) this.value.value = found;
  }
}

export function unlessFull(error: unknown): void {
  if (!isFull(error)) toastError(error);
}

/** Changes what is kept under a key, on the screen or off it; where nothing is kept, nothing is changed. */
export async function changeKept<T>(key: string, next: (now: T) => T): Promise<void> {
  const shown = Filled.at(key) as Filled<T> | undefined;
  if (shown) {
    await shown.changeRead(next);
    return;
  }
  const found = await keptFilled<T>(key);
  if (found !== undefined) await keepFilled(key, next(found));
}

export function useKept<T>(name: string, first: T): [T, (next: Change<T>) => void, () => void] {
  const key = ownKey(name);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what it begins with counts once
  const filled = useMemo(() => new Filled(key, first), [key]);
  useEffect(() => filled.show(), [filled]);
  return [filled.value.value, (next) => filled.change(next), () => void filled.forget().catch(toastError)];
}

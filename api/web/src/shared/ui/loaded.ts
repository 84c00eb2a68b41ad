/** Something that is read from the server: what there is, what went wrong, and the way to read it again. */
import { signal, type Signal } from "@preact/signals";
import { useState } from "preact/hooks";

export interface Loaded<T> {
  readonly value: Signal<T | null>;
  readonly error: Signal<unknown>;
  readonly busy: Signal<boolean>;
  /** Reads again; what was shown stays until the new is there. An answer that a later one overtook is dropped. */
  reload: () => Promise<void>;
}

/** Begins to read at once. */
export function loaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, error, busy] = [signal<T | null>(null), signal<unknown>(null), signal(false)];
  let turn = 0;
  const reload = async (): Promise<void> => {
    const mine = ++turn;
    busy.value = true;
    try {
      const found = await load();
      if (mine !== turn) return;
      value.value = found;
      error.value = null;
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) busy.value = false;
    }
  };
  void reload();
  return { value, error, busy, reload };
}

/** The same, once for a component's life: give the component another `key` to read something else. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  return useState(() => loaded(load))[0];
}

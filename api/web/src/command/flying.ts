/** Where the map is asked to look, and what it is asked to choose. */
import { signal } from "@preact/signals";

export type Aim = { lon: number; lat: number } | { bounds: [number, number, number, number] };

export const aim = signal<Aim | null>(null);
/** Counts every step to the next mark of the map (1) or to the one before (-1). */
export const steps = signal<{ by: 1 | -1; count: number }>({ by: 1, count: 0 });
/** What the map says to whoever hears it. */
export const spoken = signal("");

/** The case that the map has shown the place of: where somebody moved it to since, it stays. */
let flown: string | null = null;

/**
 * Says once for each case that is chosen that the map is to show where it lies, and not again when more is told of it
 * or when the map itself begins anew.
 */
export function isNewHere(id: string | null): boolean {
  const isNew = id !== null && id !== flown;
  flown = id;
  return isNew;
}

export function flyTo(where: Aim): void {
  aim.value = where;
}

export function stepMark(by: 1 | -1): void {
  steps.value = { by, count: steps.peek().count + 1 };
}

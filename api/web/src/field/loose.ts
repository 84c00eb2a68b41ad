/** What is still being written that the disk had no room for: it lives as long as this page does. */
import { computed, signal } from "@preact/signals";
import type { Picture } from "./outbox/database";

export const loose = signal<ReadonlyMap<string, Picture>>(new Map());
/** Words, and what else is filled in, by the name under which it is to be kept. */
export const looseWords = signal<ReadonlyMap<string, unknown>>(new Map());
export const anyLoose = computed(() => loose.value.size + looseWords.value.size > 0);

export function holdLoose(picture: Picture): void {
  loose.value = new Map(loose.value).set(picture.id, picture);
}

export function letLooseGo(ids: readonly string[]): void {
  if (!ids.some((id) => loose.value.has(id))) return;
  loose.value = new Map([...loose.value].filter(([id]) => !ids.includes(id)));
}

export function holdWords(key: string, value: unknown): void {
  looseWords.value = new Map(looseWords.peek()).set(key, value);
}

export function letWordsGo(key: string): void {
  if (!looseWords.peek().has(key)) return;
  looseWords.value = new Map([...looseWords.peek()].filter(([name]) => name !== key));
}

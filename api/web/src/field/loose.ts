/** Photos of what is still being written that the disk had no room for: they live as long as this page does. */
import { signal } from "@preact/signals";
import type { Picture } from "./outbox/database";

export const loose = signal<ReadonlyMap<string, Picture>>(new Map());

export function holdLoose(picture: Picture): void {
  loose.value = new Map(loose.value).set(picture.id, picture);
}

export function letLooseGo(ids: readonly string[]): void {
  if (!ids.some((id) => loose.value.has(id))) return;
  loose.value = new Map([...loose.value].filter(([id]) => !ids.includes(id)));
}

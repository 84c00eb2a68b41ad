/** Where the map is asked to look. */
import { signal } from "@preact/signals";

export type Aim = { lon: number; lat: number } | { bounds: [number, number, number, number] };

export const aim = signal<Aim | null>(null);

export function flyTo(where: Aim): void {
  aim.value = where;
}

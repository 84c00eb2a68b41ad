/** Where people on duty are: asked for with a purpose, which those who are looked at can read. */
import { computed, effect, signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import { Problem, read } from "../shared/api";
import type { Shown } from "../shared/map";
import { PEOPLE } from "./layers";
import { past, type Schemas, shown } from "./state";
import { toggle } from "./view";

type Position = Schemas["StaffPositionOut"];

/** Each look is written down: the map does not ask more often than positions move worth seeing. */
const EVERY_MS = 60_000;

/** Kept while the page is open, and nowhere else. */
export const purpose = signal<string | null>(null);
export const asking = signal(false);
export const positions = signal<readonly Position[]>([]);
export const refusal = signal<unknown>(null);

/** Where their layer lies and how strongly it is drawn is no reason to look again. */
const isOn = computed(() => shown.value.some(({ name }) => name === PEOPLE));

export function isShown(): boolean {
  return isOn.value;
}

/** Shows the people, asking first what for; or shows them no more. */
export function switchPeople(): void {
  if (!isShown() && purpose.value === null) asking.value = true;
  else toggle(PEOPLE);
}

export function look(what: string): void {
  purpose.value = what.trim();
  asking.value = false;
  if (!isShown()) toggle(PEOPLE);
}

export function followPeople(): () => void {
  const turn = (): void => {
    const what = purpose.value;
    if (!what || !isShown() || past.value || document.visibilityState !== "visible") return;
    read<{ items: Position[] }>(`/api/v1/positions?purpose=${encodeURIComponent(what)}`).then(
      ({ items }) => {
        // Whoever looks at the past by now, or at nobody any more, is shown nobody.
        if (past.peek() || !isShown()) return;
        positions.value = items;
        refusal.value = null;
      },
      (error: unknown) => {
        refusal.value = error;
        // Who may not look any more does not keep what they saw.
        if (error instanceof Problem && error.lasting) positions.value = [];
      },
    );
  };
  const stop = effect(() => {
    if (isShown() && purpose.value && !past.value) turn();
    else positions.value = [];
  });
  const timer = setInterval(turn, EVERY_MS);
  return () => {
    stop();
    clearInterval(timer);
  };
}

/** People as the map draws them, as strongly as their layer. */
export interface Crowd {
  features: FeatureCollection;
  opacity: number;
}

/** Null where they are not to be shown. */
export function crowdOf(layers: readonly Shown[]): Crowd | null {
  const layer = layers.find(({ name }) => name === PEOPLE);
  if (!layer) return null;
  const features = positions.value.map(({ lon, lat, at, accuracy_m }) => ({
    type: "Feature" as const,
    geometry: { type: "Point" as const, coordinates: [lon, lat] },
    properties: { at, accuracy_m },
  }));
  return { features: { type: "FeatureCollection", features }, opacity: layer.opacity };
}

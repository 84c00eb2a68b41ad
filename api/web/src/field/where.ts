/** Where the phone is, as long as somebody wants to know. Browsers tell by https and on this machine itself only. */
import { signal } from "@preact/signals";

export interface Fix {
  lon: number;
  lat: number;
  accuracyM: number;
  at: number;
}

export type Lack = "insecure" | "missing" | "denied" | "no-fix";

export const fix = signal<Fix | null>(null);
export const lack = signal<Lack | null>(lackOf());

let watchers = 0;
let watch: number | null = null;
const heard = new Set<(fix: Fix) => void>();

/** Begins to look; returns what ends it. The receiver rests once nobody looks any more. */
export function look(hear?: (fix: Fix) => void): () => void {
  if (hear) heard.add(hear);
  watchers += 1;
  // Whoever lies still is told nothing more by a watch that runs: who wants to hear begins it anew.
  if (hear) rest();
  if (watch === null && lackOf() === null) {
    watch = navigator.geolocation.watchPosition(told, failed, {
      enableHighAccuracy: true,
      maximumAge: hear ? 0 : 5_000,
      timeout: 30_000,
    });
  }
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (hear) heard.delete(hear);
    watchers -= 1;
    if (watchers === 0) rest();
  };
}

function rest(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
}

function told({ coords, timestamp }: GeolocationPosition): void {
  const { longitude, latitude, accuracy } = coords;
  const next = { lon: longitude, lat: latitude, accuracyM: Math.round(accuracy), at: timestamp };
  fix.value = next;
  lack.value = null;
  for (const hear of heard) hear(next);
}

function failed({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  lack.value = code === PERMISSION_DENIED ? "denied" : "no-fix";
}

function lackOf(): Lack | null {
  if (!globalThis.isSecureContext) return "insecure";
  return "geolocation" in navigator ? null : "missing";
}

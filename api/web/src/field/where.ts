/** Where the phone is, as long as somebody wants to know. Browsers tell by https and on this machine itself only. */
import { signal } from "@preact/signals";
import { type LonLat, metresBetween } from "./geometry";

export interface Fix {
  lon: number;
  lat: number;
  accuracyM: number;
  /** By the receiver's clock, which need not be the phone's. */
  at: number;
}

export type Lack = "insecure" | "missing" | "denied" | "no-fix";

/** Where the phone is now; null where it was told nothing, or nothing lately. */
export const fix = signal<Fix | null>(null);
export const lack = signal<Lack | null>(lackOf());

/** So long a position says where somebody is: they may have walked eighty metres, or taken a bus. */
export const FRESH_MS = 60_000;
/** Whoever lies still is told nothing more by a watch that runs: then we ask. */
const ASKED_AGAIN_MS = 20_000;
const LOOKED_AFTER_EVERY_MS = 5_000;
/** So many times as coarse is much worse. */
const MUCH_WORSE = 2;

let watchers = 0;
let watch: number | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
/** When `fix` was told, and when anything was, by the phone's clock. */
let toldAt = 0;
let lastAt = 0;
const heard = new Set<(fix: Fix) => void>();

/** Begins to look; returns what ends it. The receiver rests once nobody looks any more. */
export function look(hear?: (fix: Fix) => void): () => void {
  if (hear) heard.add(hear);
  watchers += 1;
  fixNow();
  // Whoever lies still is told nothing more by a watch that runs: who wants to hear begins it anew.
  if (hear) rest();
  if (watch === null && lackOf() === null) begin(hear ? 0 : 5_000);
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (hear) heard.delete(hear);
    watchers -= 1;
    if (watchers === 0) rest();
  };
}

/** Where the phone is at this very moment: what is old is dropped, as of a phone that slept in a pocket. */
export function fixNow(): Fix | null {
  if (fix.peek() && isOld(toldAt)) fix.value = null;
  return fix.value;
}

/** Whether a position says more than the one before: a coarse one does not replace a good one, unless that is old. */
export function replaces(next: LonLat & { accuracyM: number }, last: LonLat & { accuracyM: number }): boolean {
  if (next.accuracyM <= MUCH_WORSE * last.accuracyM) return true;
  return metresBetween(next, last) > next.accuracyM + last.accuracyM;
}

const HOW: PositionOptions = { enableHighAccuracy: true, timeout: 30_000 };

function begin(maximumAge: number): void {
  watch = navigator.geolocation.watchPosition(told, failed, { ...HOW, maximumAge });
  lastAt = Date.now();
  timer = setInterval(lookAfter, LOOKED_AFTER_EVERY_MS);
  document.addEventListener("visibilitychange", lookAfter);
}

function rest(): void {
  if (watch === null) return;
  navigator.geolocation.clearWatch(watch);
  watch = null;
  clearInterval(timer);
  document.removeEventListener("visibilitychange", lookAfter);
}

function lookAfter(): void {
  fixNow();
  // Whoever said no is not asked over and over.
  if (lack.peek() === "denied" || document.visibilityState !== "visible") return;
  if (Date.now() - lastAt < ASKED_AGAIN_MS) return;
  lastAt = Date.now();
  navigator.geolocation.getCurrentPosition(told, failed, { ...HOW, maximumAge: 0 });
}

function told({ coords, timestamp }: GeolocationPosition): void {
  const { longitude, latitude, accuracy } = coords;
  const next = { lon: longitude, lat: latitude, accuracyM: Math.round(accuracy), at: timestamp };
  const last = fixNow();
  lastAt = Date.now();
  if (!last || replaces(next, last)) {
    toldAt = lastAt;
    fix.value = next;
  }
  lack.value = null;
  for (const hear of heard) hear(next);
}

function failed({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  lack.value = code === PERMISSION_DENIED ? "denied" : "no-fix";
}

/** Also of a clock that was put back since. */
function isOld(at: number): boolean {
  return Math.abs(Date.now() - at) > FRESH_MS;
}

function lackOf(): Lack | null {
  if (!globalThis.isSecureContext) return "insecure";
  return "geolocation" in navigator ? null : "missing";
}

/** Times as people in Shanghai read them, and how long it is until then. */
import { signal } from "@preact/signals";
import { locale, say } from "./words";

const ZONE = "Asia/Shanghai";

/** The time of the server, as this machine can tell it: ticks every second, for countdowns. */
export const now = signal(Date.now());

const SKEWED_MS = 1_000;
let skewMs = 0;
let [wall, steady] = [Date.now(), performance.now()];

/** The same, to the millisecond. */
export function serverTime(): number {
  const [wallNow, steadyNow] = [Date.now(), performance.now()];
  // Time does not go back: a clock that does was set. One that leapt ahead may have slept, and is believed.
  const back = steadyNow - steady - (wallNow - wall);
  if (back > SKEWED_MS) skewMs += back;
  [wall, steady] = [wallNow, steadyNow];
  return wallNow + skewMs;
}

setInterval(() => {
  now.value = serverTime();
}, 1_000);

/** Learns from an answer's own time how far this machine's clock is off; what its travel takes is no skew. */
export function heardTime(at: string): void {
  const off = new Date(at).getTime() - serverTime();
  if (Math.abs(off) <= SKEWED_MS) return;
  skewMs += off;
  now.value = serverTime();
}

export function clockTime(at: string | number): string {
  return format(at, { hour: "2-digit", minute: "2-digit" });
}

export function dayTime(at: string | number): string {
  return format(at, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
}

export function fullTime(at: string | number): string {
  return format(at, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** How long until `at`, or since: "还剩 12 分 05 秒", "超时 3 小时 10 分". */
export function countdown(at: string | number, from: number = now.value): string {
  const left = Math.round((new Date(at).getTime() - from) / 1_000);
  return left >= 0
    ? say(`还剩 ${span(left)}`, `${span(left)} left`)
    : say(`超时 ${span(-left)}`, `${span(-left)} late`);
}

/** The same in as few words as a mark on a map has room for: to the second below ten minutes, else one unit. */
export function briefly(at: string | number, from: number = now.value): string {
  const left = Math.round((new Date(at).getTime() - from) / 1_000);
  const length = oneUnit(Math.abs(left));
  return left >= 0 ? say(`还剩 ${length}`, `${length} left`) : say(`超时 ${length}`, `${length} late`);
}

function oneUnit(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  if (minutes < 60) return say(`${minutes} 分`, `${minutes} min`);
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? say(`${hours} 时`, `${hours} h`)
    : say(`${Math.floor(hours / 24)} 天`, `${Math.floor(hours / 24)} d`);
}

/** A length of time in its two largest units. */
export function span(seconds: number): string {
  const [days, hours, minutes, rest] = [
    seconds / 86_400,
    (seconds / 3_600) % 24,
    (seconds / 60) % 60,
    seconds % 60,
  ].map(Math.floor) as [number, number, number, number];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (days) return say(`${days} 天 ${hours} 小时`, `${days} d ${hours} h`);
  if (hours) return say(`${hours} 小时 ${two(minutes)} 分`, `${hours} h ${two(minutes)} min`);
  return say(`${minutes} 分 ${two(rest)} 秒`, `${minutes}:${two(rest)} min`);
}

function format(at: string | number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale.value, { timeZone: ZONE, hourCycle: "h23", ...options }).format(new Date(at));
}

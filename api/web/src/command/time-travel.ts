/** The district as it was: a day's minutes, step by step, and back to now. */
import { computed, signal } from "@preact/signals";
import { now } from "../shared/time";
import { seek } from "./keeping";
import { stepMs } from "./pace";
import { moment } from "./state";

/** Minutes from one step to the next. */
export const STEP_MIN = 10;
const MINUTE_MS = 60_000;
const ZONE = "+08:00";
const ZONE_MS = 8 * 60 * MINUTE_MS;

export const travelling = signal(false);
export const playing = signal(false);
let timer: ReturnType<typeof setTimeout> | undefined;

/** The day (Shanghai's) and the minute of it that are shown. */
export const dayShown = computed(() => dayOf(moment.value ? Date.parse(moment.value) : now.value));
export const minuteShown = computed(() => minuteOf(moment.value ? Date.parse(moment.value) : now.value));

export function dayOf(at: number): string {
  return new Date(at + ZONE_MS).toISOString().slice(0, 10);
}

export function minuteOf(at: number): number {
  return Math.floor((at + ZONE_MS) / MINUTE_MS) % 1_440;
}

/** The instant of a minute of a day, as the API takes it. */
export function momentOf(day: string, minute: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${day}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:00${ZONE}`;
}

/** Shows a minute of a day; what is not past yet is now. */
export function travel(day: string, minute: number): void {
  const wanted = momentOf(day, minute);
  travelling.value = true;
  if (Number.isNaN(Date.parse(wanted))) return;
  if (Date.parse(wanted) >= now.peek()) toLive();
  else seek(wanted);
}

export function stepTime(by: 1 | -1): void {
  const at = (moment.value ? Date.parse(moment.value) : now.peek()) + by * STEP_MIN * MINUTE_MS;
  const whole = Math.floor(at / (STEP_MIN * MINUTE_MS)) * STEP_MIN * MINUTE_MS;
  travel(dayOf(whole), minuteOf(whole));
}

export function toLive(): void {
  stopPlaying();
  travelling.value = false;
  seek(null);
}

/** Plays on from the moment shown; from the beginning of the day where that is now. */
export function play(): void {
  if (playing.value) {
    stopPlaying();
    return;
  }
  if (!moment.value) travel(dayShown.value, 0);
  playing.value = true;
  const step = (): void => {
    timer = setTimeout(() => {
      stepTime(1);
      if (playing.peek()) step();
    }, stepMs());
  };
  step();
}

function stopPlaying(): void {
  clearTimeout(timer);
  playing.value = false;
}

/** A sound for each new emergency. Browsers make none until somebody has clicked: so it is off until it is switched on. */
import { effect, signal } from "@preact/signals";
import { past, watch, whistles } from "./state";

export const soundOn = signal(false);

let context: AudioContext | null = null;
let known: ReadonlySet<string> | null = null;

export async function switchSound(): Promise<void> {
  if (soundOn.value) {
    soundOn.value = false;
    return;
  }
  context ??= new AudioContext();
  await context.resume();
  soundOn.value = true;
  beep();
}

/** The emergencies that are shown, by what they are about. */
function emergencies(): Set<string> {
  const rows = [...(watch.value?.late ?? []), ...(watch.value?.soon ?? [])];
  const found = rows.filter((row) => row.emergency).map((row) => row.incident_id);
  const blown = whistles.value.filter((row) => row.kind === "emergency").map((row) => row.incident_id);
  return new Set([...found, ...blown]);
}

/** Whether somebody should look up: an emergency is there that was not there before. */
export function isNews(before: ReadonlySet<string> | null, after: ReadonlySet<string>): boolean {
  return before !== null && [...after].some((id) => !before.has(id));
}

export function listenForEmergencies(): () => void {
  return effect(() => {
    if (past.value || watch.value === null) return;
    const now = emergencies();
    if (soundOn.peek() && isNews(known, now)) beep();
    known = now;
  });
}

function beep(): void {
  if (!context) return;
  const start = context.currentTime;
  for (const [at, pitch] of [
    [0, 880],
    [0.22, 660],
    [0.44, 880],
  ] as const) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start + at);
    volume.gain.exponentialRampToValueAtTime(0.3, start + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.2);
    tone.connect(volume).connect(context.destination);
    tone.start(start + at);
    tone.stop(start + at + 0.21);
  }
}

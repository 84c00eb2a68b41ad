/**
 * A sound for each new emergency as soon as it is there, however far its deadline. It is off until it is switched on,
 * and then stays on in this browser. Browsers make no sound until somebody has touched the page (a kiosk can be told
 * to): until then the button says that it waits for that.
 */
import { effect, signal } from "@preact/signals";
import { emergencies, past } from "./state";

const KEY = "gridgov.command.sound";

export const soundOn = signal(kept());
/** Whether the browser lets us be heard. */
export const audible = signal(false);

let context: AudioContext | null = null;
/** Emergencies that came while the past was looked at: what is shown says nothing of them. */
const NONE: ReadonlySet<string> = new Set();
export const unseen = signal(NONE);

/** Emergencies that were there, the newest last: one that comes back is no news. */
let known: Set<string> | null = null;
const MOST_KNOWN = 1_000;

export async function switchSound(): Promise<void> {
  soundOn.value = !(soundOn.value && audible.value);
  try {
    localStorage.setItem(KEY, soundOn.value ? "on" : "off");
  } catch {
    // A browser that keeps nothing switches for now.
  }
  if (soundOn.value && (await wake())) beep();
}

/** Gets the browser's leave; returns whether it is given. */
async function wake(): Promise<boolean> {
  context ??= made();
  // Without a touch the browser does not refuse: it never answers.
  if (context?.state === "suspended") {
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
  }
  audible.value = context?.state === "running";
  return audible.value;
}

const LEAVE_MS = 1_000;

function made(): AudioContext | null {
  try {
    const found = new AudioContext();
    // A machine that slept, or whose loudspeaker was taken, falls silent: the button must not say otherwise.
    found.onstatechange = () => {
      audible.value = found.state === "running";
    };
    return found;
  } catch {
    return null;
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

export function listenForEmergencies(): () => void {
  const touched = (event?: Event): void => {
    const button = event?.target instanceof Element && event.target.closest("[data-sound]");
    if (soundOn.peek() && !audible.peek() && !button) void wake();
  };
  for (const touch of TOUCHES) addEventListener(touch, touched);
  touched();
  const stop = effect(() => {
    const now = emergencies.value;
    const news = now && known ? [...now].filter((id) => !known?.has(id)) : [];
    // Whichever moment is looked at: an emergency is of now.
    if (news.length && soundOn.peek()) void wake().then((leave) => leave && beep());
    const left = past.value && now ? [...unseen.peek(), ...news].filter((id) => now.has(id)) : [];
    unseen.value = left.length ? new Set(left) : NONE;
    // What came while the sound was off is no news once it is on.
    known = now && new Set([...(known ?? []), ...now].slice(-MOST_KNOWN));
  });
  return () => {
    stop();
    for (const touch of TOUCHES) removeEventListener(touch, touched);
  };
}

const TOUCHES = ["pointerup", "keyup"] as const;

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

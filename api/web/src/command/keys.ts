/** The keyboard alone is enough: through the list, into a case, and what may be done with it. */
import { signal } from "@preact/signals";
import { begin, leaveAct, open } from "./acting";
import { type Act, CASE_ACTS, KEYS, WHISTLE_ACTS } from "./acts";
import { kindsFor, mean, meant } from "./Blow";
import { story } from "./chosen";
import { stepMark } from "./flying";
import { chosen, past } from "./state";
import { look } from "./view";
import { cursor, move, rowAt } from "./watching";
import { stepTime, toLive } from "./time-travel";

const KEY = "gridgov.command.keys";

/** Single keys can be switched off (WCAG 2.2, 2.1.4): some people dictate. */
export const keysOn = signal(kept());
export const helpOpen = signal(false);

export function switchKeys(): void {
  keysOn.value = !keysOn.value;
  try {
    localStorage.setItem(KEY, keysOn.value ? "on" : "off");
  } catch {
    // A browser that keeps nothing switches for now.
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

export function listenToKeys(): () => void {
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target instanceof HTMLElement ? event.target : null;
  if (at?.closest("dialog[open]")) return;
  if (event.key === "Escape") {
    escape(at);
    return;
  }
  const typing = at?.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]");
  if (typing || !keysOn.value) return;
  if (does(event.key, at)) event.preventDefault();
}

function does(key: string, at: HTMLElement | null): boolean {
  switch (key) {
    case KEYS.down:
      move(1);
      return true;
    case KEYS.up:
      move(-1);
      return true;
    case "Enter":
      return openRow(at);
    case KEYS.help:
      helpOpen.value = true;
      return true;
    case KEYS.search:
      document.getElementById("search")?.focus();
      return true;
    case KEYS.live:
      toLive();
      return true;
    case KEYS.back:
    case KEYS.forth:
      stepTime(key === KEYS.back ? -1 : 1);
      return true;
    case KEYS.next:
    case KEYS.previous:
      stepMark(key === KEYS.next ? 1 : -1);
      return true;
    case KEYS.blow:
      return blow();
    default:
      return act(key);
  }
}

/** A button that has the focus is pressed by Enter as ever. */
function openRow(at: HTMLElement | null): boolean {
  const row = rowAt(cursor.value);
  if (!row || at?.closest("button, a, summary, [tabindex], form")) return false;
  look(row.whistle_id ? { kind: "whistle", id: row.whistle_id } : { kind: "case", id: row.incident_id });
  return true;
}

function blow(): boolean {
  const found = story.value;
  const [kind] = found && !past.value ? kindsFor(found.incident) : [];
  if (!found || !kind) return false;
  mean(found.incident, kind);
  setTimeout(() => document.querySelector<HTMLElement>("[data-confirm]")?.focus());
  return true;
}

function act(key: string): boolean {
  const found = story.value;
  if (!found || past.value) return false;
  const ofCase = byLetter(CASE_ACTS, key);
  if (ofCase)
    return press(`[data-act="${ofCase.name}"]`, () =>
      begin({ kind: "case", id: found.incident.id, etag: found.etag }, ofCase),
    );
  const ofWhistle = byLetter(WHISTLE_ACTS, key);
  const held = found.whistles.find(({ whistle }) => whistle.id === chosen.value?.id) ?? found.whistles.at(-1);
  if (!ofWhistle || !held) return false;
  const target = { kind: "whistle" as const, id: held.whistle.id, etag: held.etag };
  return press(`[data-whistle="${held.whistle.id}"] [data-act="${ofWhistle.name}"]`, () => begin(target, ofWhistle));
}

const byLetter = (acts: readonly Act[], letter: string): Act | undefined => acts.find((one) => one.letter === letter);

/** Opens what its button would do at once: a letter that was hit by mistake does nothing. */
function press(button: string, opens: () => void): boolean {
  if (!document.querySelector(button)) return false;
  opens();
  return true;
}

function escape(at: HTMLElement | null): void {
  if (open.value) leaveAct();
  else if (meant.value) meant.value = null;
  else if (at?.matches("input, textarea, select")) at.blur();
  else if (chosen.value) look(null);
}

/** The keyboard alone is enough: through the list, into a case, and what may be done with it. */
import { signal } from "@preact/signals";
import { begin, leaveAct, open, type Target } from "./acting";
import { KEYS } from "./acts";
import { meant, meanNext } from "./Blow";
import { story } from "./chosen";
import { stepMark } from "./flying";
import { mustWait, printOut } from "./printing";
import { caseActs, type Possible, whistleActs } from "./prospects";
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
  if ((event.ctrlKey || event.metaKey) && event.key === "p" && mustWait()) {
    event.preventDefault();
    void printOut();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target instanceof HTMLElement ? event.target : null;
  // What lies beneath a dialog cannot be pressed, wherever the focus is.
  if (document.querySelector("dialog[open]")) return;
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
    case KEYS.whistle:
      return turn();
    default:
      return act(key);
  }
}

/** A button that has the focus is pressed by Enter as ever. */
function openRow(at: HTMLElement | null): boolean {
  const row = rowAt(cursor.value);
  if (!row || at?.closest("button, a, summary, [tabindex='0'], form")) return false;
  look(row.whistle_id ? { kind: "whistle", id: row.whistle_id } : { kind: "case", id: row.incident_id });
  return true;
}

/** Means the first kind; pressed again, the next. */
function blow(): boolean {
  const found = story.value;
  if (!found || past.value || !meanNext(found)) return false;
  // Once it is drawn, and before the next key: Enter at once means this button.
  queueMicrotask(() => document.querySelector<HTMLElement>("[data-confirm]")?.focus());
  return true;
}

/** From the case to its newest whistle, and back. */
function turn(): boolean {
  const found = story.value;
  const whistle = found?.whistles.at(-1)?.whistle;
  if (!found || !whistle) return false;
  look(
    chosen.value?.kind === "whistle" ? { kind: "case", id: found.incident.id } : { kind: "whistle", id: whistle.id },
  );
  return true;
}

/** Opens what its button would do at once: a letter that was hit by mistake does nothing. */
function act(key: string): boolean {
  const found = story.value;
  if (!found || past.value) return false;
  const held = found.whistles.find(({ whistle }) => whistle.id === chosen.value?.id) ?? found.whistles.at(-1);
  return (
    opens({ kind: "case", id: found.incident.id, etag: found.etag }, caseActs(found), key) ||
    (held !== undefined && opens({ kind: "whistle", id: held.whistle.id, etag: held.etag }, whistleActs(held), key))
  );
}

function opens(target: Target, acts: readonly Possible[], letter: string): boolean {
  const found = acts.find((one) => one.act.letter === letter);
  if (!found?.possible) return false;
  begin(target, found);
  return true;
}

function escape(at: HTMLElement | null): void {
  if (open.value) leaveAct();
  else if (meant.value) meant.value = null;
  else if (at?.matches("input, textarea, select")) at.blur();
  else if (chosen.value) look(null);
}

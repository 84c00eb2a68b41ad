/** What is unread, as it changes: the server says that something changed, and this asks what. */
import { signal } from "@preact/signals";
import { read } from "../shared/api";
import { Line } from "../shared/line";
import { permissions } from "../shared/session";

export const unread = signal(0);
/** Counts how often the inbox changed: whatever shows it reads it again. */
export const news = signal(0);

/** So often it is tried whether somebody is logged in again, as they may be in another tab. */
const LOGGED_OUT_MS = 30_000;

let asked = 0;
let heard = 0;

/** Begins to ask how many are unread. Returns the way to tell it: what was asked later is newer, and stays. */
export function counting(): (found: number) => void {
  const mine = ++asked;
  return (found) => {
    if (mine < heard) return;
    heard = mine;
    unread.value = found;
  };
}

export async function countUnread(): Promise<void> {
  const tell = counting();
  const found = await read<{ unread: number }>("/api/v1/inbox?unread=true&limit=1").catch(() => null);
  if (found) tell(found.unread);
}

function changed(): void {
  news.value += 1;
  void countUnread();
}

/** Listens until the page is closed, over restarts of the server, the proxy and the session. */
export function listen(): void {
  if (!permissions.value.has("inbox.read")) return;
  void countUnread();
  const line = new Line({
    alive: () => undefined,
    changes: (changes) => {
      if (changes.some((change) => change.kind === "inbox.changed")) changed();
    },
    // What came between the page's first reading and the line's beginning is read here.
    anew: changed,
    down: () => undefined,
    over: () => void setTimeout(() => void line.open(), LOGGED_OUT_MS),
  });
  void line.open();
  const hurry = (): void => {
    if (document.visibilityState === "visible") line.hurry();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
}

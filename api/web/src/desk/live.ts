/** What is unread, as it changes: the server says that something changed, and this asks what. */
import { signal } from "@preact/signals";
import { read } from "../shared/api";
import { permissions } from "../shared/session";

export const unread = signal(0);
/** Counts how often the inbox changed: whatever shows it reads it again. */
export const news = signal(0);

interface Changes {
  changes: { kind: string }[];
}

export async function countUnread(): Promise<void> {
  const found = await read<{ unread: number }>("/api/v1/inbox?unread=true&limit=1").catch(() => null);
  if (found) unread.value = found.unread;
}

function changed(): void {
  news.value += 1;
  void countUnread();
}

/** Listens until the page is closed; the browser comes back by itself, and the server sends what was missed. */
export function listen(): void {
  if (!permissions.value.has("inbox.read")) return;
  void countUnread();
  const line = new EventSource("/api/v1/events");
  // From its greeting on the line tells everything: what came between the page's first reading and it is read here.
  line.addEventListener("hello", changed);
  line.addEventListener("resync", changed);
  line.addEventListener("changes", (event) => {
    const told = JSON.parse(event.data as string) as Changes;
    if (told.changes.some((change) => change.kind === "inbox.changed")) changed();
  });
}

/** A session ends in any case after some hours: a wall that nobody touches says so before, and is logged in anew. */
import { computed, signal } from "@preact/signals";
import { csrf, send } from "../shared/api";
import { me, meAnew } from "../shared/session";
import { now } from "../shared/time";

const LOOK_MS = 60_000;
/** The server puts the end of a session that is used off once a minute: one that stays for longer is the last. */
const STAYS_MS = 150_000;
const WARN_MS = 30 * 60_000;

let heard = { at: 0, when: 0 };
const last = signal<number | null>(null);

/** The end of this session, by the server's clock, once it is near and cannot be put off any more. */
export const endsAt = computed(() => (last.value !== null && last.value - now.value < WARN_MS ? last.value : null));
export const renewing = signal(false);

/** Takes an end that the server told at a moment of our own clock. */
export function heardEnd(expiresAt: string, when = performance.now()): void {
  const at = Date.parse(expiresAt);
  if (at > heard.at) {
    heard = { at, when };
    last.value = null;
  } else if (when - heard.when >= STAYS_MS) last.value = at;
}

export function followEnding(): () => void {
  const look = async (): Promise<void> => {
    const found = await meAnew();
    if (found) heardEnd(found.expires_at);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}

/** Begins a session anew beside the one that ends; nothing of the page is lost. Throws what the server says. */
export async function renew(password: string): Promise<void> {
  const found = await send<{ csrf: string; expires_at: string }>("/api/v1/login", { login: me.value?.login, password });
  csrf.value = found.csrf;
  heard = { at: 0, when: 0 };
  heardEnd(found.expires_at);
  renewing.value = false;
}

/** Who is logged in here. */
import { computed, signal } from "@preact/signals";
import { ask, csrf, Problem, read, whenTurnedAway } from "./api";
import type { components } from "./schema";

export type Me = components["schemas"]["MeOut"];

export const me = signal<Me | null>(null);
export const permissions = computed(() => new Set(me.value?.permissions ?? []));

/** Asks who is logged in; null where nobody is. Throws `Unreachable` where the server does not answer. */
export async function enter(): Promise<Me | null> {
  try {
    const found = await read<Me>("/api/v1/me");
    csrf.value = found.csrf ?? "";
    me.value = found.must_change ? null : found;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    me.value = null;
  }
  return me.value;
}

/**
 * Asks whether this page's own person is logged in, anew perhaps and beside it, and goes on by the word of now.
 *
 * Somebody else's is not taken: what this page shows and holds is not theirs.
 */
export async function isBack(): Promise<boolean> {
  return (await meAnew()) !== null;
}

/** The same, with what the server says of this person now; null where it is somebody else, or nobody. */
export async function meAnew(): Promise<Me | null> {
  const found = await read<Me>("/api/v1/me").catch(() => null);
  if (!found || found.account_id !== me.value?.account_id) return null;
  csrf.value = found.csrf ?? "";
  return found;
}

whenTurnedAway(isBack);

/** The page that asks for login and password, and comes back to where we are. */
export function loginAddress(): string {
  return `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
}

export function toLogin(): void {
  location.assign(loginAddress());
}

export async function leave(): Promise<void> {
  await ask("POST", "/api/v1/logout").catch((error: unknown) => {
    // Ended elsewhere already is as good.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  });
  me.value = null;
}

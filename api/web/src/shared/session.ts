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
  const found = await who();
  return found && taken(found) ? found : null;
}

const who = (): Promise<Me | null> => read<Me>("/api/v1/me").catch(() => null);

/** Goes on by the word of now where it is this page's own person who is logged in. */
function taken(found: Me): boolean {
  if (found.account_id !== me.value?.account_id) return false;
  csrf.value = found.csrf ?? "";
  return true;
}

whenTurnedAway(async () => {
  const [here, now] = [me.value, await who()];
  return here && now && !taken(now) ? [here, now] : null;
});

/** The page that asks for login and password, and comes back to where we are; `anew` also of whoever is logged in. */
export function loginAddress(anew = false): string {
  return `/login?next=${encodeURIComponent(location.pathname + location.search)}${anew ? "&anew=true" : ""}`;
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

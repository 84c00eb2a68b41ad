/** What waits to be sent, and the rules of it. Pure: nothing here stores, asks or knows the time. */
import type { Words } from "../../shared/words";

export type Kind = "report" | "evidence" | "case_act" | "check_in" | "whistle_act" | "patrol" | "shift" | "positions";

/** `refused`: the server will not have it as it is. `conflict`: something else is stored; a person decides. */
export type State = "waiting" | "sending" | "sent" | "refused" | "conflict";

/** What is asked of the server. Made once, with the item's id inside, and sent again in just these words. */
export interface Request {
  method: "POST" | "PUT";
  path: string;
  body: Record<string, unknown>;
  /** The revision that was looked at: if somebody was quicker, the server says so instead of doing it. */
  ifMatch?: string;
  /** Whether it says when it was sent, by this phone's clock: that shows what the clock is worth. */
  stamped?: boolean;
}

/** What the server had against it. */
export interface Trouble {
  status: number;
  kind: string;
  message: string;
  details: Record<string, unknown>[];
  faults: { field: string | null; message: string }[];
}

export interface Draft {
  id: string;
  account: string;
  kind: Kind;
  /** What it is about: items of one chain are sent in the order in which they were made. */
  chain: string;
  /** Ids of items without which this one means nothing. */
  after: string[];
  madeAt: string;
  label: Words;
  request: Request;
}

export interface Item extends Draft {
  order: number;
  state: State;
  tries: number;
  /** Milliseconds; not before this moment, unless something tells that it is worth trying. */
  notBefore: number;
  /** It has gone out at least once: the server may have it, whatever came back. */
  begun?: boolean;
  /** Its owner wants it back; it has gone out before, so the server is asked first whether it has it. */
  withdrawn?: boolean;
  trouble?: Trouble;
  answer?: unknown;
  settledAt?: string;
  /** As it is here it lives in the memory of this page only: the disk was full. */
  unsaved?: boolean;
}

/** What became of one attempt. */
export type Outcome =
  | { is: "done"; answer: unknown }
  /** A step is done, others of the same item follow. */
  | { is: "on" }
  /** Nobody is to blame; `all`: the way itself is closed, others need not try. */
  | { is: "wait"; all: boolean; afterMs: number | null }
  | { is: "login" }
  /** It was withdrawn, and the server does not have it. */
  | { is: "gone" }
  | { is: "refused"; trouble: Trouble }
  | { is: "conflict"; trouble: Trouble };

const URGENCY: Record<Kind, number> = {
  check_in: 0,
  whistle_act: 1,
  shift: 1,
  case_act: 2,
  report: 3,
  patrol: 4,
  evidence: 5,
  positions: 6,
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** The longest that a server may send us away for. */
export const LONGEST_PAUSE_MS = 3_600_000;
/** Clocks that differ by less are both believed. */
const SKEW_MS = 120_000;

export function fresh(draft: Draft, order: number): Item {
  return { ...draft, order, state: "waiting", tries: 0, notBefore: 0 };
}

export function isOpen(item: Item): boolean {
  return item.state === "waiting" || item.state === "sending";
}

export function isStuck(item: Item): boolean {
  return item.state === "refused" || item.state === "conflict";
}

/** Ids of what cannot go because something that it needs is stuck, by itself or by others. */
export function held(items: readonly Item[]): Set<string> {
  const stuck = new Set(items.filter(isStuck).map((item) => item.id));
  const found = new Set<string>();
  for (const item of inOrder(items)) {
    if (isOpen(item) && item.after.some((id) => stuck.has(id) || found.has(id))) found.add(item.id);
  }
  return found;
}

/** The items of `account` that are next in their chains and free to go, the most urgent first. */
export function ready(items: readonly Item[], account: string, now: number): Item[] {
  return heads(items, account)
    .filter((item) => hasCome(item.notBefore, now))
    .sort((one, other) => URGENCY[one.kind] - URGENCY[other.kind] || one.order - other.order);
}

/** Whether a moment has come. One that lies further off than any pause was set by a clock that was put back since. */
export function hasCome(moment: number, now: number): boolean {
  return moment <= now || moment > now + 2 * LONGEST_PAUSE_MS;
}

/** When the next of them may be tried; null where nothing waits. */
export function nextTry(items: readonly Item[], account: string): number | null {
  const times = heads(items, account).map((item) => item.notBefore);
  return times.length ? Math.min(...times) : null;
}

function heads(items: readonly Item[], account: string): Item[] {
  const kept = held(items);
  const open = new Set(items.filter(isOpen).map((item) => item.id));
  const found = new Map<string, Item>();
  for (const item of inOrder(items)) {
    if (item.account !== account || !isOpen(item) || kept.has(item.id) || found.has(item.chain)) continue;
    found.set(item.chain, item);
  }
  return [...found.values()].filter((item) => !item.after.some((id) => open.has(id)));
}

export function inOrder(items: readonly Item[]): Item[] {
  // Two tabs may give the same place in line; ids tell which was made first.
  return [...items].sort((one, other) => one.order - other.order || (one.id < other.id ? -1 : 1));
}

/** How long to wait after the `tries`th failure: doubled each time, and spread, so that a street's phones do not ring at once. */
export function patience(tries: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 20));
  return Math.round(whole * (0.5 + random / 2));
}

/** The item after an attempt. */
export function settled(item: Item, outcome: Outcome, now: number, random: number): Item {
  const at = new Date(now).toISOString();
  switch (outcome.is) {
    case "done":
      return { ...item, state: "sent", answer: outcome.answer, settledAt: at };
    case "refused":
    case "conflict":
      return { ...item, state: outcome.is, trouble: outcome.trouble, settledAt: at };
    case "on":
      return { ...item, state: "waiting", tries: 0, notBefore: 0 };
    case "login":
    case "gone":
      return { ...item, state: "waiting" };
    case "wait": {
      const tries = item.tries + 1;
      // Whoever is told when to come back comes a little later, each by another while: else all come at once.
      const pause = outcome.afterMs === null ? patience(tries, random) : outcome.afterMs * (1 + random / 4);
      return { ...item, state: "waiting", tries, notBefore: now + Math.round(pause) };
    }
  }
}

/**
 * A request whose moments were told by a clock that is `aheadMs` ahead of the server's, with those moments put right and
 * none of them still to come. Done before it goes out for the first time, never after: it is sent again in the same words.
 * Where it says by itself when it was sent, the server puts it right.
 */
export function righted(request: Request, aheadMs: number, now: number): Request {
  if (request.stamped) return request;
  const off = Math.abs(aheadMs) > SKEW_MS ? aheadMs : 0;
  const right = (at: string, latest = now - aheadMs): string =>
    new Date(Math.min(Date.parse(at) - off, latest)).toISOString();
  const { reported_at: reported, positions } = request.body;
  return {
    ...request,
    body: {
      ...request.body,
      ...(typeof reported === "string" ? { reported_at: right(reported) } : {}),
      // By the same clock as the shift's beginning, or the first of them lies before it; a little ahead they are taken.
      ...(Array.isArray(positions)
        ? { positions: (positions as { at: string }[]).map((one) => ({ ...one, at: right(one.at, now - off) })) }
        : {}),
    },
  };
}

/** What the server would not keep of a batch of positions: how many, and why. */
export function notKept({ kind, answer }: Item): { count: number; reasons: string[] } {
  const told = kind === "positions" ? (answer as { refused?: { reason: string }[] } | undefined)?.refused : undefined;
  return { count: told?.length ?? 0, reasons: [...new Set((told ?? []).map(({ reason }) => reason))] };
}

/** Whether something was sent, but not as its owner thinks: they see it once, and say that they did. */
export function isNews(item: Item): boolean {
  return item.state === "sent" && (item.withdrawn === true || notKept(item).count > 0);
}

/** The items that must change with `old` when it gets a new id: itself, and all that were made upon it. */
export function renamed(items: readonly Item[], old: string, next: string): Item[] {
  const touched = items.filter((item) => !isSent(item) && (item.id === old || speaksOf(item, old)));
  return touched.map((item) => respelled(item, old, next));
}

/** The same with another id in all places. */
export function respelled<T extends Draft>(said: T, old: string, next: string): T {
  return JSON.parse(JSON.stringify(said).replaceAll(old, next)) as T;
}

/** A patrol that names a report which will never come, without that name; null where there is nothing to change any more. */
export function unnamed(item: Item, id: string): Item | null {
  const answers = item.request.body["answers"] as { incident_id?: string }[] | undefined;
  const gone = isSent(item) || (isOpen(item) && item.begun);
  if (gone || !answers?.some((one) => one.incident_id === id)) return null;
  const left = answers.map((one) => (one.incident_id === id ? { ...one, incident_id: undefined } : one));
  const body = { ...item.request.body, answers: JSON.parse(JSON.stringify(left)) as unknown };
  return { ...item, request: { ...item.request, body } };
}

/** All that would mean nothing without `id`. */
export function dependents(items: readonly Item[], id: string): Item[] {
  const gone = new Set([id]);
  const found: Item[] = [];
  for (const item of inOrder(items)) {
    if (gone.has(item.id) || !item.after.some((one) => gone.has(one))) continue;
    gone.add(item.id);
    found.push(item);
  }
  return found;
}

function isSent(item: Item): boolean {
  return item.state === "sent";
}

function speaksOf(item: Item, id: string): boolean {
  return item.chain === id || item.after.includes(id) || JSON.stringify(item.request).includes(id);
}

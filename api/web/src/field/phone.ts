/** The phone's own state: who holds it, what it carries, what waits; and what keeps all of that going. */
import { computed, signal } from "@preact/signals";
import { ask, csrf, Problem, read, Unreachable } from "../shared/api";
import { enter } from "../shared/session";
import { heardTime } from "../shared/time";
import { uuid7 } from "../shared/uuid";
import type { Holder, Pack, Today } from "./carried";
import { courier } from "./outbox/courier";
import { type Database, forget, keep, keptOf, openDatabase, type Picture } from "./outbox/database";
import { type Draft, isOpen, isStuck, type Item, type Kind, type Outcome } from "./outbox/items";
import { Outbox } from "./outbox/outbox";
import { Sender } from "./outbox/sender";

export type Session = "in" | "out" | "unknown";

export const holder = signal<Holder | null>(null);
export const session = signal<Session>("unknown");
/** Whether the server answered when it was last asked. */
export const reached = signal(true);
export const pack = signal<Pack | null>(null);
export const today = signal<Today | null>(null);
export const items = signal<Item[]>([]);
/** The disk took nothing more: what is new lives in this page's memory only. */
export const diskFull = computed(() => items.value.some((item) => item.unsaved));
export const mine = computed(() => items.value.filter((item) => item.account === holder.value?.account_id));
export const others = computed(
  () => items.value.filter((item) => item.account !== holder.value?.account_id && item.state !== "sent").length,
);
export const waiting = computed(() => mine.value.filter((item) => isOpen(item) || isStuck(item)).length);
export const stuck = computed(() => mine.value.filter(isStuck).length);
export const taken = signal(false);

let database: Database;
let outbox: Outbox;
let sender: Sender;
const air = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("gridgov-field");
const REFRESH_MS = 60_000;

/** Opens what the phone keeps, then looks who is logged in. Returns false where nobody is, and nobody was. */
export async function open(): Promise<boolean> {
  database = await openDatabase(undefined, () => {
    taken.value = true;
  });
  outbox = await Outbox.open(database);
  items.value = outbox.all();
  outbox.listen(() => {
    items.value = outbox.all();
  });
  sender = new Sender(outbox, database, carefully, {
    account: () => (session.value === "in" ? (holder.value?.account_id ?? null) : null),
    onLogin: () => {
      session.value = "out";
    },
    onReach: (found) => {
      reached.value = found;
    },
    holder: uuid7(),
  });
  const known = await keptOf<Holder>(database, "holder");
  if (known) await hand(known);
  await settleSession();
  watch();
  return holder.value !== null;
}

/** Asks who is logged in, and gives the phone into their hands. */
export async function settleSession(): Promise<void> {
  try {
    const found = await enter();
    reached.value = true;
    session.value = found ? "in" : "out";
    if (found) await hand(found);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
    reached.value = false;
    session.value = "unknown";
  }
}

async function hand(next: Holder): Promise<void> {
  const { account_id, login, name, permissions } = next;
  const changed = holder.value?.account_id !== account_id;
  holder.value = { account_id, login, name, permissions };
  await keep(database, "holder", holder.value);
  if (!changed) return;
  pack.value = (await keptOf<Pack>(database, `pack:${account_id}`)) ?? null;
  today.value = (await keptOf<Today>(database, `today:${account_id}`)) ?? null;
}

const carry = courier((id) => pictureOf(id));

/** A session that was changed in another tab shows as a forbidden act: ask who we are before blaming the worker. */
async function carefully(item: Item): Promise<Outcome> {
  const outcome = await carry(item);
  if (outcome.is !== "refused" || outcome.trouble.status !== 403) return outcome;
  const before = csrf.value;
  await settleSession();
  if (session.value !== "in")
    return session.value === "out" ? { is: "login" } : { is: "wait", all: true, afterMs: null };
  return csrf.value === before ? outcome : { is: "on" };
}

/** Tries at once whatever waits, and asks what is new. */
export async function hurry(): Promise<void> {
  if (session.value !== "in") await settleSession();
  await sender.hurry();
  await refresh();
}

/** Brings the pack and the day's work up to date; without signal what is carried stays. */
export async function refresh(): Promise<void> {
  const account = holder.value?.account_id;
  if (!account || session.value !== "in") return;
  for (const part of [freshDay, freshPack]) {
    try {
      await part(account);
      reached.value = true;
    } catch (error) {
      if (error instanceof Unreachable) reached.value = false;
      else if (error instanceof Problem && error.status === 401) session.value = "out";
      else if (!(error instanceof Problem || error instanceof DOMException)) throw error;
    }
  }
}

async function freshDay(account: string): Promise<void> {
  const day = await read<Today>("/api/v1/field/today");
  heardTime(day.at);
  today.value = day;
  const shown = new Set(day.reports.map((one) => one.incident_id));
  const ofReports: Kind[] = ["report", "evidence", "case_act"];
  await outbox.sweep((item) => shown.has(item.chain) || !ofReports.includes(item.kind));
  await keep(database, `today:${account}`, day);
}

async function freshPack(account: string): Promise<void> {
  const tag = await keptOf<string>(database, `tag:${account}`);
  const headers: Record<string, string> = tag && pack.value ? { "If-None-Match": tag } : {};
  const answer = await ask<Pack>("GET", "/api/v1/field/pack", { headers });
  if (answer.status === 304) return;
  pack.value = answer.value;
  await keep(database, `pack:${account}`, answer.value);
  await keep(database, `tag:${account}`, answer.etag);
}

/** Puts something into the outbox and lets it go at once if it can. False: it could not be kept on the disk. */
export async function post(drafts: readonly Draft[], pictures: readonly Picture[] = []): Promise<boolean> {
  const kept = await outbox.add(drafts, pictures);
  air?.postMessage("new");
  sender.wake();
  return kept;
}

/** Lets what was just changed in the outbox go. */
export function wake(): void {
  sender.wake();
}

export async function pictureOf(id: string): Promise<Picture | undefined> {
  return await outbox.picture(id);
}

export function theOutbox(): Outbox {
  return outbox;
}

export function theDatabase(): Database {
  return database;
}

/** Forgets who held the phone, and what was personal; the outbox stays until its owner is back. */
export async function handBack(): Promise<void> {
  const account = holder.value?.account_id;
  await forget(database, "holder");
  if (account) await forget(database, `today:${account}`);
  holder.value = null;
  today.value = null;
  session.value = "out";
}

function watch(): void {
  globalThis.addEventListener("online", () => void hurry());
  globalThis.addEventListener("offline", () => {
    reached.value = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void hurry();
  });
  globalThis.addEventListener("beforeunload", (event) => {
    if (diskFull.value) event.preventDefault();
  });
  if (air) air.onmessage = () => void outbox.reload();
  setInterval(() => {
    if (document.visibilityState === "visible") void (reached.value ? refresh() : hurry());
  }, REFRESH_MS);
  // Missing on plain http.
  void (navigator as { storage?: Partial<StorageManager> }).storage?.persist?.();
}

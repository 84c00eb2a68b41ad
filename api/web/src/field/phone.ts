/** The phone's own state: who holds it, what it carries, what waits; and what keeps all of that going. */
import { batch, computed, signal } from "@preact/signals";
import { aheadMs, ask, Problem, read, Unreachable } from "../shared/api";
import { enter, type Me } from "../shared/session";
import { heardTime } from "../shared/time";
import { uuid7 } from "../shared/uuid";
import type { Holder, Pack, Today } from "./carried";
import { anyLoose } from "./loose";
import { courier } from "./outbox/courier";
import { keepIfRoom, keptOf, type Picture } from "./outbox/database";
import { Disk } from "./outbox/disk";
import { type Draft, isOpen, isStuck, type Item, type Kind, type Outcome, patience } from "./outbox/items";
import { Outbox } from "./outbox/outbox";
import { takeReserve } from "./outbox/room";
import { Sender } from "./outbox/sender";

export type Session = "in" | "out" | "unknown";

export const holder = signal<Holder | null>(null);
export const session = signal<Session>("unknown");
/** Whether the server answered when it was last asked. */
export const reached = signal(true);
let cuts = 0;
/** How often the signal had gone when the attempt under way began. */
let cutsBefore = 0;

/** An answer to what was asked before the signal went says nothing of now. */
function answered(before: number): void {
  if (before === cuts) reached.value = true;
}
export const pack = signal<Pack | null>(null);
export const today = signal<Today | null>(null);
export const items = signal<Item[]>([]);
/** Something of the outbox lives in this page's memory only: the disk took nothing more. */
export const unsaved = signal(false);
/** Something lives in this page's memory only, sent off or still being written. */
export const diskFull = computed(() => unsaved.value || anyLoose.value);
/** There is little room left: the reserve is given up, or there never was room for one. */
export const diskShort = signal(false);
export const mine = computed(() => items.value.filter((item) => item.account === holder.value?.account_id));
export const others = computed(
  () => items.value.filter((item) => item.account !== holder.value?.account_id && item.state !== "sent").length,
);
export const waiting = computed(() => mine.value.filter((item) => isOpen(item) || isStuck(item)).length);
export const stuck = computed(() => mine.value.filter(isStuck).length);
export const taken = signal(false);

let disk: Disk;
let outbox: Outbox;
let sender: Sender;
/** Whose session our requests go by, and what shows that they come from this page. */
let entered: { account: string; csrf: string } | null = null;
const air = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("gridgov-field");
const REFRESH_MS = 60_000;
/** So long we wait to hear who is logged in before the page opens with what the phone knows: a weak signal may not answer. */
const DOOR_MS = 2_500;

/** What is different once one of these has arrived is shown then, not a minute later. */
const CHANGES_THE_DAY: Kind[] = ["check_in", "whistle_act", "case_act", "shift"];
const SOON_MS = 300;

/** Opens what the phone keeps, then looks who is logged in. Returns false where nobody is, and nobody was. */
export async function open(): Promise<boolean> {
  disk = await Disk.open(undefined, () => {
    taken.value = true;
  });
  outbox = await Outbox.open(disk, {
    onWritten: () => air?.postMessage("written"),
    onFull: () => void holdReserve(),
  });
  const show = (): void =>
    batch(() => {
      items.value = outbox.all();
      unsaved.value = !outbox.isSaved();
    });
  show();
  outbox.listen(show);
  sender = new Sender(outbox, disk, carefully, {
    account: () => (session.value === "in" ? (entered?.account ?? null) : null),
    aheadMs: () => aheadMs,
    onLogin: () => {
      session.value = "out";
    },
    onReach: (found) => {
      if (found) answered(cutsBefore);
      else reached.value = false;
    },
    onDone: (kind) => {
      if (CHANGES_THE_DAY.includes(kind)) refreshSoon();
    },
    holder: uuid7(),
  });
  const known = await keptOf<Holder>(disk.now, "holder");
  if (known) await hand(known);
  const asked = settleSession();
  await (known ? Promise.race([asked, new Promise((wake) => setTimeout(wake, DOOR_MS))]) : asked);
  watch();
  return holder.value !== null;
}

/** Asks who is logged in, and gives the phone into their hands. Returns false where nobody answered. */
export async function settleSession(): Promise<boolean> {
  const before = cuts;
  try {
    const found = await enter();
    answered(before);
    knocks = 0;
    if (found) await enterAs(found);
    else session.value = "out";
    return true;
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
    reached.value = false;
    knock();
    return false;
  }
}

let knocks = 0;
let knocking = false;

/** As long as we do not know who is logged in, nothing is sent: we ask again, less and less often. */
function knock(): void {
  if (session.value !== "unknown" || knocking) return;
  knocking = true;
  setTimeout(
    () => {
      knocking = false;
      void hurry();
    },
    patience((knocks += 1), Math.random()),
  );
}

/** In one breath, so that nothing goes out for one person by the session of another. */
async function enterAs(found: Me): Promise<void> {
  entered = { account: found.account_id, csrf: found.csrf ?? "" };
  if (session.value !== "in") air?.postMessage("entered");
  session.value = "in";
  await hand(found);
}

async function hand(next: Holder): Promise<void> {
  const { account_id, login, name, permissions } = next;
  const changed = holder.value?.account_id !== account_id;
  if (changed) {
    pack.value = null;
    today.value = null;
  }
  holder.value = { account_id, login, name, permissions };
  await keepIfRoom(disk.now, "holder", holder.value);
  if (!changed) return;
  const [carried, day] = await Promise.all([
    keptOf<Pack>(disk.now, `pack:${account_id}`),
    keptOf<Today>(disk.now, `today:${account_id}`),
  ]);
  if (holder.value.account_id !== account_id) return;
  pack.value ??= carried ?? null;
  today.value ??= day ?? null;
}

const carry = courier((id) => pictureOf(id));

/** A session that was changed in another tab shows as a forbidden act: ask who we are before blaming the worker. */
async function carefully(item: Item, stop: AbortSignal): Promise<Outcome> {
  const before = entered;
  cutsBefore = cuts;
  if (before?.account !== item.account) return { is: "on" };
  const outcome = await carry(item, { csrf: before.csrf, stop });
  if (outcome.is !== "refused" || outcome.trouble.status !== 403) return outcome;
  if (!(await settleSession())) return { is: "wait", all: true, afterMs: null };
  if (session.value !== "in") return { is: "login" };
  return entered?.csrf === before.csrf ? outcome : { is: "on" };
}

/** Tries at once whatever waits, and asks what is new. */
export async function hurry(): Promise<void> {
  if (session.value !== "in") await settleSession();
  await sender.hurry();
  await refresh();
}

/** Brings the pack and the day's work up to date; without signal what is carried stays. */
export async function refresh(): Promise<void> {
  await holdReserve();
  // Somebody else may have logged in in another tab: what they may see is not shown to whom this page was opened for.
  await settleSession();
  const account = holder.value?.account_id;
  if (!account || session.value !== "in") return;
  for (const part of [freshDay, freshPack]) {
    const before = cuts;
    try {
      await part(account);
      answered(before);
    } catch (error) {
      if (error instanceof Unreachable) reached.value = false;
      else if (error instanceof Problem && error.status === 401) session.value = "out";
      else if (!(error instanceof Problem || error instanceof DOMException)) throw error;
    }
  }
}

let soon: ReturnType<typeof setTimeout> | undefined;

/** Once for all that arrives in one go. */
function refreshSoon(): void {
  clearTimeout(soon);
  soon = setTimeout(() => void refresh(), SOON_MS);
}

let asked = 0;
let shown = 0;

async function freshDay(account: string): Promise<void> {
  const turn = (asked += 1);
  const began = Date.now();
  const told = await read<Today>("/api/v1/field/today");
  // A later look may have been quicker, and whoever asked may be gone.
  if (turn < shown || holder.value?.account_id !== account) return;
  shown = turn;
  heardTime(told.at);
  const day = { ...told, ahead_ms: aheadMs };
  today.value = day;
  await outbox.sweep((item) => isShown(item, day, began));
  await keepIfRoom(disk.now, `today:${account}`, day);
}

const OF_REPORTS: Kind[] = ["report", "evidence", "case_act"];

/** Whether a day that was asked for at `began` tells of something that was sent: what arrived later it does not know. */
function isShown({ settledAt, chain, kind }: Item, day: Today, began: number): boolean {
  if (!(Date.parse(settledAt ?? "") < began)) return false;
  return !OF_REPORTS.includes(kind) || day.reports.some((one) => one.incident_id === chain);
}

async function freshPack(account: string): Promise<void> {
  const tag = await keptOf<string>(disk.now, `tag:${account}`);
  const headers: Record<string, string> = tag && pack.value ? { "If-None-Match": tag } : {};
  const answer = await ask<Pack>("GET", "/api/v1/field/pack", { headers });
  if (answer.status === 304 || holder.value?.account_id !== account) return;
  pack.value = answer.value;
  await keepIfRoom(disk.now, `pack:${account}`, answer.value);
  await keepIfRoom(disk.now, `tag:${account}`, answer.etag);
}

/** Puts something into the outbox and lets it go at once if it can. False: it could not be kept on the disk. */
export async function post(drafts: readonly Draft[], pictures: readonly Picture[] = []): Promise<boolean> {
  const kept = await outbox.add(drafts, pictures);
  sender.wake();
  return kept;
}

/** Resolves once nothing that was sent off lives in this page's memory only. */
export async function allSaved(): Promise<void> {
  if (!unsaved.value) return;
  await new Promise<void>((go) => {
    const end = unsaved.subscribe((now) => {
      if (now) return;
      end();
      go();
    });
  });
}

async function holdReserve(): Promise<void> {
  diskShort.value = !(await takeReserve(disk));
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

export function theDisk(): Disk {
  return disk;
}

/** Forgets who held the phone, and what was personal, in all tabs; the outbox stays until its owner is back. */
export async function handBack(): Promise<void> {
  const account = holder.value?.account_id;
  letGo();
  air?.postMessage("left");
  await disk.forget("holder");
  if (account) await disk.forget(`today:${account}`);
}

function letGo(): void {
  entered = null;
  batch(() => {
    holder.value = null;
    today.value = null;
    session.value = "out";
  });
}

/** What another tab says: somebody has logged in there, or out, or what is on the disk is different. */
async function hear(said: unknown): Promise<void> {
  if (said === "left") letGo();
  else if (said !== "entered") await sender.hear();
  else if (session.value !== "in") await hurry();
}

function watch(): void {
  globalThis.addEventListener("online", () => void hurry());
  globalThis.addEventListener("offline", () => {
    cuts += 1;
    reached.value = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void hurry();
  });
  globalThis.addEventListener("beforeunload", (event) => {
    if (diskFull.value) event.preventDefault();
  });
  if (air) air.onmessage = ({ data }) => void hear(data);
  setInterval(() => {
    if (document.visibilityState === "visible") void (reached.value ? refresh() : hurry());
  }, REFRESH_MS);
  // Missing on plain http.
  void (navigator as { storage?: Partial<StorageManager> }).storage?.persist?.();
}

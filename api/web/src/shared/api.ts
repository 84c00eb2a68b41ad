/** The way to the server: JSON in and out, problems as one kind of error, no answer as another. */
import { signal } from "@preact/signals";

/** The word that shows the server that one of its own pages asks; comes with `me`. */
export const csrf = signal("");

/** What the server says is wrong (RFC 9457), with the status that says whether trying again helps. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
    readonly details: Record<string, unknown>[] = [],
    readonly faults: { field: string | null; message: string }[] = [],
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same request would be answered the same: it is refused, not put off. */
  get lasting(): boolean {
    return this.status < 500 && this.status !== 429;
  }
}

/** Refused, for somebody else is logged in in this browser by now: what this page shows and holds is not theirs. */
export class SomebodyElse extends Problem {
  constructor(
    refused: Problem,
    readonly here: Somebody,
    readonly now: Somebody,
  ) {
    super(refused.status, refused.kind, refused.message);
  }
}

/** An account as people know it. */
export interface Somebody {
  name: string;
  login: string;
}

/** Nobody answered: no signal, a server that stands still, or one that is not there. */
export class Unreachable extends Error {}

export interface Asked {
  body?: unknown;
  /** The revision that this act was decided upon; the server refuses it where somebody was quicker. */
  ifMatch?: string | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface Answer<T> {
  status: number;
  value: T;
  etag: string | null;
  headers: Headers;
}

const PATIENCE_MS = 30_000;
const WORD = "X-CSRF-Token";

/** Says whose this page is and who is logged in now, where that is somebody else. */
type LookAgain = () => Promise<[here: Somebody, now: Somebody] | null>;
let lookAgain: LookAgain | null = null;

/** Takes how one finds out by which word this page's own person is logged in now: they may be so anew, beside it. */
export function whenTurnedAway(look: LookAgain): void {
  lookAgain = look;
}

/**
 * Asks the server, and returns what it answers with its status and ETag. Throws `Problem` or `Unreachable`.
 *
 * What is refused because its sender logged in anew in another tab is asked once more, by the new word.
 */
export async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
  const word = csrf.value;
  try {
    return await askOnce(method, path, asked);
  } catch (error) {
    // What is only read needs no word, and whoever brings their own looks after it.
    const ours = method !== "GET" && !asked.headers?.[WORD];
    if (!ours || !(error instanceof Problem) || ![401, 403].includes(error.status)) throw error;
    const other = csrf.value === word ? await lookAgain?.() : null;
    if (other) throw new SomebodyElse(error, ...other);
    if (csrf.value === word) throw error;
    return askOnce(method, path, asked);
  }
}

async function askOnce<T>(method: string, path: string, asked: Asked): Promise<Answer<T>> {
  const stop = new AbortController();
  // Until the last byte: a weak signal may bring the head of an answer and never the rest.
  const patience = setTimeout(() => stop.abort(), asked.timeoutMs ?? PATIENCE_MS);
  const end = (): void => stop.abort();
  if (asked.signal?.aborted) end();
  asked.signal?.addEventListener("abort", end, { once: true });
  const request = wanted(method, asked, stop.signal);
  try {
    const answer = await fetch(path, request);
    if (!answer.ok && answer.status !== 304) throw await problem(answer);
    const value = await said(answer);
    heard(method, answer);
    return { status: answer.status, value: value as T, etag: answer.headers.get("ETag"), headers: answer.headers };
  } catch (error) {
    if (error instanceof Problem || asked.signal?.aborted) throw error;
    throw new Unreachable(path);
  } finally {
    clearTimeout(patience);
    asked.signal?.removeEventListener("abort", end);
  }
}

/** What an answer says; undefined where it says nothing. */
async function said(answer: Response): Promise<unknown> {
  const kind = answer.headers.get("Content-Type") ?? "";
  // Our API speaks no HTML: a network that wants a login does, and says it with 200.
  if (kind.includes("html")) throw new Unreachable(answer.url);
  // An answer without content may still name a kind of content.
  return kind.includes("json") && answer.status !== 204 ? await answer.json() : undefined;
}

/** How far this machine's clock is ahead of the server's, as its newest answer tells; 0 before any. */
export let aheadMs = 0;

function heard(method: string, { headers }: Response): void {
  const at = Date.parse(headers.get("Date") ?? "");
  const fresh = method !== "GET" || headers.get("Cache-Control") === "no-store";
  if (fresh && Number.isFinite(at)) aheadMs = Date.now() - at;
}

/** Asks for what is only read, and returns it. */
export async function read<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await ask<T>("GET", path, asked)).value;
}

/** Sends JSON, and returns what is answered. */
export async function send<T>(path: string, body: unknown, asked: Asked = {}): Promise<T> {
  return (await ask<T>("POST", path, { ...asked, body })).value;
}

/** Every page of a list, in order; stops after `most` rows. */
export async function readAll<T>(path: string, most = 2_000): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const joint = path.includes("?") ? "&" : "?";
    const page: { items: T[]; next: string | null } = await read(cursor ? `${path}${joint}cursor=${cursor}` : path);
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor && rows.length < most);
  return rows;
}

function wanted(method: string, asked: Asked, signal: AbortSignal): RequestInit {
  const raw = asked.body instanceof Blob || asked.body instanceof ArrayBuffer;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (asked.body !== undefined && !raw) headers["Content-Type"] = "application/json";
  if (asked.ifMatch) headers["If-Match"] = asked.ifMatch;
  if (method !== "GET") headers[WORD] = csrf.value;
  const body = asked.body === undefined ? null : raw ? (asked.body as BodyInit) : JSON.stringify(asked.body);
  return { method, headers: { ...headers, ...asked.headers }, body, credentials: "same-origin", signal };
}

interface Told {
  type?: string;
  detail?: string;
  details?: Record<string, unknown>[];
  faults?: { field: string | null; message: string }[];
}

async function problem(answer: Response): Promise<Problem> {
  const told = (await answer.json().catch(() => ({}))) as Told;
  const kind = told.type?.replace("/problems/", "") ?? "unknown";
  const wait = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  const message = told.detail ?? answer.statusText;
  return new Problem(answer.status, kind, message, told.details, told.faults, Number.isFinite(wait) ? wait : null);
}

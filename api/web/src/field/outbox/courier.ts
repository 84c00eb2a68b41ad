/** Carries one item to the server, one request at a time, and says what came of it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { ask, Problem, Unreachable } from "../../shared/api";
import type { Picture } from "./database";
import { type Item, LONGEST_PAUSE_MS, type Outcome, type Trouble } from "./items";

interface Progress {
  stage: string;
  part_size: number;
  missing: number[];
}

/** Of a slow network: four megabytes at 7 kB a second. */
const PART_PATIENCE_MS = 600_000;
const LONGEST_PAUSE_S = LONGEST_PAUSE_MS / 1_000;
const LONGEST_PAUSE_OF_ALL_S = 60;

export interface Passage {
  /** Shows that one of our pages asks for whoever the item belongs to; under another session the server refuses it. */
  csrf: string;
  /** Ends the attempt, so that something more urgent may pass. */
  stop?: AbortSignal;
}

export type Courier = (item: Item, passage: Passage) => Promise<Outcome>;
type Ask = typeof ask;

/** What carries items; it knows how far each photo is, as long as the page lives. */
export function courier(pictures: (id: string) => Promise<Picture | undefined>): Courier {
  const known = new Map<string, Progress>();
  return async (item, { csrf, stop }) => {
    const way: Ask = (method, path, asked) =>
      ask(method, path, {
        ...asked,
        headers: { ...asked?.headers, "X-CSRF-Token": csrf },
        ...(stop ? { signal: stop } : {}),
      });
    try {
      if (item.withdrawn) return await fetchBack(item, way);
      return item.kind === "evidence" ? await carryPhoto(item, way, pictures, known) : await carry(item, way);
    } catch (error) {
      known.delete(item.id);
      return judged(error, item);
    }
  };
}

async function carry({ request, id }: Item, way: Ask): Promise<Outcome> {
  const { method, path, ifMatch, stamped } = request;
  const body = stamped ? { ...request.body, sent_at: new Date().toISOString() } : request.body;
  const { value } = await way(method, path, { body, ifMatch, headers: { "Idempotency-Key": id } });
  return arrived(value);
}

/** Only what our server says counts as arrived: a network that wants a login answers everything with pages of its own. */
function arrived(answer: unknown): Outcome {
  if (typeof answer !== "object" || answer === null) throw new Unreachable("The answer is none of ours.");
  return { is: "done", answer };
}

/** Asks whether what is wanted back has arrived: its answer may have been lost on the way. */
async function fetchBack(item: Item, way: Ask): Promise<Outcome> {
  try {
    const { value } = await way("GET", `${item.request.path}/${item.id}`);
    return arrived(value);
  } catch (error) {
    if (error instanceof Problem && error.status === 404 && isOurs(error)) return { is: "gone" };
    throw error;
  }
}

async function carryPhoto(
  item: Item,
  way: Ask,
  pictures: (id: string) => Promise<Picture | undefined>,
  known: Map<string, Progress>,
): Promise<Outcome> {
  const { path, body } = item.request;
  const progress = known.get(item.id);
  if (!progress) {
    // Announced again it is answered with how far it is: so a page that was closed in between goes on.
    const { value } = await way<Progress>("POST", path, { body });
    return after(item.id, value, known);
  }
  const [number] = progress.missing;
  if (number === undefined) {
    const { value } = await way("POST", `${path}/${item.id}/complete`, { timeoutMs: PART_PATIENCE_MS });
    return arrived(value);
  }
  const picture = await pictures(item.id);
  if (!picture) return lost();
  const part = picture.bytes.slice((number - 1) * progress.part_size, number * progress.part_size);
  const { value } = await way<Progress>("PUT", `${path}/${item.id}/parts/${number}`, {
    body: part,
    headers: { "Content-Type": "application/octet-stream", "Content-Digest": digest(new Uint8Array(part)) },
    timeoutMs: PART_PATIENCE_MS,
  });
  return after(item.id, value, known);
}

function after(id: string, progress: Progress, known: Map<string, Progress>): Outcome {
  arrived(progress);
  if (progress.stage === "complete") return { is: "done", answer: progress };
  if (progress.stage === "open") {
    known.set(id, progress);
    return { is: "on" };
  }
  // Given up for want of parts, it is forgotten soon; then it is announced anew.
  if (progress.stage === "abandoned") return { is: "wait", all: false, afterMs: null };
  const kind = `upload-${progress.stage}`;
  return { is: "refused", trouble: { status: 409, kind, message: progress.stage, details: [], faults: [] } };
}

function lost(): Outcome {
  const message = "The photo is no longer on this phone.";
  return { is: "refused", trouble: { status: 0, kind: "photo-lost", message, details: [], faults: [] } };
}

/** RFC 9530. Browsers have SHA-256 of their own by https only. */
function digest(bytes: Uint8Array): string {
  return `sha-256=:${btoa(String.fromCharCode(...sha256(bytes)))}:`;
}

/** What an error means for an item: whose turn it is now, the air's, the server's or the worker's. */
export function judged(error: unknown, item: Item): Outcome {
  if (error instanceof DOMException && error.name === "AbortError") return { is: "on" };
  // No answer, one that breaks off, or one that is none of ours: a portal of the network, a proxy.
  if (!(error instanceof Problem) || !(isOurs(error) || isEverybodys(error))) {
    return { is: "wait", all: true, afterMs: null };
  }
  if (error.status === 401) return { is: "login" };
  if (error.status === 429 || error.status >= 500 || error.status === 408 || error.status === 425)
    return pause(error, item);
  if (item.kind === "evidence" && isHurt(error)) return { is: "wait", all: false, afterMs: null };
  const trouble = troubleOf(error);
  return error.status === 409 || error.status === 412 || hasMoved(error, item)
    ? { is: "conflict", trouble }
    : { is: "refused", trouble };
}

/**
 * Whether it came too late for what stands there by now. Of a whistle it says at which stage the act is impossible; what is
 * refused for another reason, as an arrival from too far away, says that.
 */
function hasMoved({ kind: forbids, details }: Problem, { kind }: Item): boolean {
  if (forbids !== "rule-forbids") return false;
  const isOfWhistle = kind === "check_in" || kind === "whistle_act";
  return kind === "case_act" || (isOfWhistle && details.some((one) => "stage" in one && "act" in one));
}

/** Whether our server says it: all of its errors are of a kind. */
function isOurs({ kind }: Problem): boolean {
  return kind !== "unknown";
}

/** What means the same whoever says it: busy, broken, or that it is too large to pass a proxy. */
function isEverybodys({ status }: Problem): boolean {
  return status === 413 || status === 429 || status >= 500;
}

/** A part that was damaged on its way, or that the server has lost: it goes again. */
function isHurt({ status, details, faults }: Problem): boolean {
  const missing = status === 409 && details.some((detail) => "missing" in detail || "number" in detail);
  return missing || (status === 422 && faults.some(({ field }) => field === "content-digest"));
}

function pause(error: Problem, item: Item): Outcome {
  const all = (error.status === 429 && item.kind !== "evidence") || error.status === 502 || error.status === 504;
  const most = all ? LONGEST_PAUSE_OF_ALL_S : LONGEST_PAUSE_S;
  const told = error.retryAfterS === null ? null : Math.min(error.retryAfterS, most) * 1_000;
  return { is: "wait", all, afterMs: told };
}

export function troubleOf({ status, kind, message, details, faults }: Problem): Trouble {
  return { status, kind, message, details, faults };
}

/** Carries one item to the server, one request at a time, and says what came of it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { ask, Problem, Unreachable } from "../../shared/api";
import type { Picture } from "./database";
import type { Item, Outcome, Trouble } from "./items";

interface Progress {
  stage: string;
  part_size: number;
  missing: number[];
}

const PART_PATIENCE_MS = 120_000;
const LONGEST_PAUSE_S = 3_600;
const LONGEST_PAUSE_OF_ALL_S = 60;

/** What carries items; it knows how far each photo is, as long as the page lives. */
export function courier(pictures: (id: string) => Promise<Picture | undefined>): (item: Item) => Promise<Outcome> {
  const known = new Map<string, Progress>();
  return async (item) => {
    try {
      return item.kind === "evidence" ? await carryPhoto(item, pictures, known) : await carry(item);
    } catch (error) {
      known.delete(item.id);
      return judged(error, item);
    }
  };
}

async function carry({ request, id }: Item): Promise<Outcome> {
  const { method, path, ifMatch, stamped } = request;
  const body = stamped ? { ...request.body, sent_at: new Date().toISOString() } : request.body;
  const { value } = await ask(method, path, { body, ifMatch, headers: { "Idempotency-Key": id } });
  return { is: "done", answer: value };
}

async function carryPhoto(
  item: Item,
  pictures: (id: string) => Promise<Picture | undefined>,
  known: Map<string, Progress>,
): Promise<Outcome> {
  const { path, body } = item.request;
  const progress = known.get(item.id);
  if (!progress) {
    // Announced again it is answered with how far it is: so a page that was closed in between goes on.
    const { value } = await ask<Progress>("POST", path, { body });
    return after(item.id, value, known);
  }
  const [number] = progress.missing;
  if (number === undefined) {
    const { value } = await ask("POST", `${path}/${item.id}/complete`, { timeoutMs: PART_PATIENCE_MS });
    return { is: "done", answer: value };
  }
  const picture = await pictures(item.id);
  if (!picture) return lost();
  const part = picture.bytes.slice((number - 1) * progress.part_size, number * progress.part_size);
  const { value } = await ask<Progress>("PUT", `${path}/${item.id}/parts/${number}`, {
    body: part,
    headers: { "Content-Type": "application/octet-stream", "Content-Digest": digest(new Uint8Array(part)) },
    timeoutMs: PART_PATIENCE_MS,
  });
  return after(item.id, value, known);
}

function after(id: string, progress: Progress, known: Map<string, Progress>): Outcome {
  if (progress.stage === "complete") return { is: "done", answer: progress };
  if (progress.stage === "open") {
    known.set(id, progress);
    return { is: "on" };
  }
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
  if (error instanceof Unreachable) return { is: "wait", all: true, afterMs: null };
  // An answer that breaks off, or that is none of ours: a portal of the network, a proxy.
  if (!(error instanceof Problem)) return { is: "wait", all: true, afterMs: null };
  if (error.status === 401) return { is: "login" };
  if (error.status === 429 || error.status >= 500 || error.status === 408 || error.status === 425)
    return pause(error, item);
  const trouble = troubleOf(error);
  const moved = item.kind === "case_act" && error.kind === "rule-forbids";
  return error.status === 409 || error.status === 412 || moved
    ? { is: "conflict", trouble }
    : { is: "refused", trouble };
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

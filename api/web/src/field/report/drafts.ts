/**
 * The reports that are being written, as they lie on the disk: each under its own id, so that no tab writes over what
 * another one has begun. A draft goes once it is given up, or what became of it is on the disk.
 */
import { forgetFilled, keepFilled, unlessFull } from "../kept";
import { looseWords } from "../loose";
import { theDisk } from "../phone";
import type { Writing } from "./draft";

const nameOf = (account: string, id: string): string => `draft:${account}:${id}`;

/** A report and all that wait behind it, the newest first. */
export function layersOf(now: Writing): Writing[] {
  return [now, ...(now.before ? layersOf(now.before) : [])];
}

/** The newest of them, with the others behind it; null where there is none. */
export function stacked(layers: readonly Writing[]): Writing | null {
  const inOrder = [...layers].sort((one, other) => (one.id < other.id ? -1 : 1));
  return inOrder.reduce<Writing | null>((before, one) => (before ? { ...one, before } : alone(one)), null);
}

/** What is written without what `isGone`; the same object where nothing is. */
export function without(now: Writing, isGone: (id: string) => boolean): Writing | null {
  const layers = layersOf(now);
  const left = layers.filter(({ id }) => !isGone(id));
  return left.length === layers.length ? now : stacked(left);
}

function alone(draft: Writing): Writing {
  const one = { ...draft };
  delete one.before;
  return one;
}

/** All that an account has begun, on the disk or in this page only. */
export async function draftsOf(account: string): Promise<Writing[]> {
  await sortOut(account).catch(unlessFull);
  // From the account's own name on: there lies what found no room for names of its own.
  const names = IDBKeyRange.bound(`draft:${account}`, nameOf(account, "\uffff"));
  const found = (await theDisk().use((database) => database.getAll("kept", names))) as Writing[];
  const loose = [...looseWords.peek()].filter(([name]) => name.startsWith(nameOf(account, "")));
  const all = [...found, ...loose.map(([, draft]) => draft as Writing)];
  return [...new Map(all.flatMap(layersOf).map((one) => [one.id, alone(one)])).values()];
}

/** Gives drafts names of their own that a page of before has kept one behind the other, under the account's. */
async function sortOut(account: string): Promise<void> {
  const name = `draft:${account}`;
  const old = await theDisk().kept<Writing>(name);
  if (!old) return;
  await theDisk().use(async (database) => {
    const transaction = database.transaction("kept", "readwrite");
    const puts = layersOf(old).map((one) => transaction.store.put(alone(one), nameOf(account, one.id)));
    await Promise.all([...puts, transaction.store.delete(name), transaction.done]);
  });
}

export async function keepDraft(account: string, draft: Writing): Promise<void> {
  await keepFilled(nameOf(account, draft.id), alone(draft));
}

export async function forgetDraft(account: string, id: string): Promise<void> {
  await forgetFilled(nameOf(account, id));
}

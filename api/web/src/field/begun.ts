/**
 * What is being filled in upon a task or a whistle, as that was when it was begun. It does not live in the card: the
 * next look at the day may take that away under whoever types, or bring another revision that they have not seen.
 */
import { signal } from "@preact/signals";
import type { Asked } from "./acts";
import type { Called, Task, Today } from "./carried";
import { isSpent, keptFilled } from "./kept";
import { looseWords } from "./loose";
import { holder, theDisk } from "./phone";
import type { Shot } from "./report/draft";
import { actsOf } from "./sites";

export type Begun =
  { what: "act"; task: Task; act: Asked["act"] } | { what: "measure"; whistle: Called; organisation: string };

/** As it is kept. */
export interface Unfinished {
  words: string;
  shots: Shot[];
  upon?: Begun;
}

const open = signal<{ account: string; upon: Begun } | null>(null);

export function begin(upon: Begun): void {
  const account = holder.value?.account_id;
  if (account) open.value = { account, upon };
}

export function close(): void {
  open.value = null;
}

/** What whoever holds the phone has open. */
export function begunOf<K extends Begun["what"]>(what: K): Extract<Begun, { what: K }> | null {
  const now = open.value;
  if (now?.account !== holder.value?.account_id || now?.upon.what !== what) return null;
  return now.upon as Extract<Begun, { what: K }>;
}

/** The name under which it is kept. */
export function keptAs(upon: Begun): string {
  return upon.what === "act"
    ? `act:${upon.task.incident_id}:${upon.act}`
    : `measure-of:${upon.whistle.whistle_id}:${upon.organisation}`;
}

/** Whether the day still offers what it was begun with. */
export function isOffered(upon: Begun, day: Today): boolean {
  if (upon.what === "act") {
    return day.tasks.some((task) => task.incident_id === upon.task.incident_id && task.acts.includes(upon.act));
  }
  const whistle = day.whistles.find((one) => one.whistle_id === upon.whistle.whistle_id);
  const summons = whistle?.summons.find((one) => one.organisation_code === upon.organisation);
  return summons !== undefined && actsOf(summons).includes("measures");
}

/** Whether somebody acted since it was begun: then the server may not take it as it is. */
export function isOvertaken(upon: Begun, day: Today | null): boolean {
  if (!day || !isOffered(upon, day)) return day !== null;
  if (upon.what === "measure" || upon.act === "note") return false;
  const { incident_id, revision } = upon.task;
  return day.tasks.some((task) => task.incident_id === incident_id && task.revision !== revision);
}

/** What was filled in and not sent, and no card leads to any more. */
export function leftOver(filled: readonly Unfinished[], day: Today | null): (Unfinished & { upon: Begun })[] {
  return filled.flatMap(({ upon, ...rest }) => {
    const isThere = rest.words.trim() !== "" || rest.shots.length > 0;
    return upon && isThere && !(day && isOffered(upon, day)) ? [{ ...rest, upon }] : [];
  });
}

/** All that an account has begun of this kind, as it is kept. */
export async function filledBy(account: string, what: Begun["what"]): Promise<Unfinished[]> {
  const names = IDBKeyRange.bound(`${PREFIX[what]}:`, `${PREFIX[what]}:\uFFFF`);
  const kept = await theDisk().use((database) => database.getAllKeys("kept", names));
  const loose = [...looseWords.peek().keys()].filter((key) => names.includes(key));
  const keys = [...new Set([...kept, ...loose])].filter((key) => key.endsWith(`:${account}`) && !isSpent(key));
  const found = await Promise.all(keys.map((key) => keptFilled<Unfinished>(key)));
  return found.filter((one) => one !== undefined);
}

const PREFIX = { act: "act", measure: "measure-of" } as const;

/** Doing an act: opened by a click or a letter, sent once, and what became of it. */
import { computed, signal } from "@preact/signals";
import { ask, Problem, read, Unreachable } from "../shared/api";
import { uuid7 } from "../shared/uuid";
import { said, say } from "../shared/words";
import { toast, toastError } from "../shared/ui/toasts";
import { type Act, bodyOf } from "./acts";
import { story } from "./chosen";
import { wish } from "./keeping";
import { caseActs, lackingOf, type Possible, settled, type Spot, whistleActs } from "./prospects";

export interface Target {
  kind: "case" | "whistle";
  id: string;
  etag: string | null;
}

export interface Open {
  target: Target;
  act: Act;
  /** Stays the same however often it is sent while nobody answers: it is done once. */
  id: string;
  /** When it was first sent; null while it was not. */
  at: string | null;
  spots: readonly Spot[];
  values: Record<string, string>;
}

export interface Refused {
  error: unknown;
  /** Of an act that somebody overtook: what was wanted, and what is there now. */
  both: { yours: Record<string, unknown>; stored: Record<string, unknown> } | null;
}

export const open = signal<Open | null>(null);
export const refused = signal<Refused | null>(null);
export const sending = signal(false);
export const lacking = computed(() => {
  const wanted = open.value;
  return wanted ? lackingOf(wanted.act, wanted.spots, wanted.values) : [];
});

/** What was typed into acts that were left: kept while the page is open, for whoever comes back to them. */
const left = new Map<string, Record<string, string>>();
const placeOf = ({ target, act }: Pick<Open, "target" | "act">): string => `${target.id} ${act.name}`;

/** Opens an act; one that needs nothing said is done at once, if `atOnce`. */
export function begin(target: Target, { act, values, spots, atOnce }: Possible, mayAtOnce = false): void {
  leaveAct();
  const kept = left.get(placeOf({ target, act }));
  open.value = { target, act, id: uuid7(), at: null, spots, values: settled(act, spots, { ...values, ...kept }) };
  if (mayAtOnce && atOnce && lacking.value.length === 0) void send();
}

export function fill(name: string, value: string): void {
  const was = open.value;
  if (!was) return;
  const values = settled(was.act, was.spots, { ...was.values, [name]: value });
  open.value = { ...was, values };
}

/** Closes the form; what was typed is found in it when it is opened again. */
export function leaveAct(): void {
  const was = open.value;
  // Where somebody is is asked anew each time.
  if (was) left.set(placeOf(was), { ...was.values, position: "" });
  open.value = null;
  refused.value = null;
}

/** What can be done with an act that is open, as the page knows it now; null where it is not shown any more. */
export function standingOf({ target, act }: Open): { etag: string | null; now: Possible | null } | null {
  const found = story.value;
  if (!found) return null;
  if (target.kind === "case" && found.incident.id === target.id) {
    return { etag: found.etag, now: caseActs(found).find((one) => one.act.name === act.name) ?? null };
  }
  const held = found.whistles.find(({ whistle }) => whistle.id === target.id);
  return held ? { etag: held.etag, now: whistleActs(held).find((one) => one.act.name === act.name) ?? null } : null;
}

/** Decides again upon what is there now. */
export function again(): void {
  const was = open.value;
  if (!was) return;
  const { etag, now } = standingOf(was) ?? { etag: was.target.etag, now: null };
  const spots = now?.spots ?? was.spots;
  refused.value = null;
  open.value = {
    ...was,
    id: uuid7(),
    at: null,
    spots,
    values: settled(was.act, spots, was.values),
    target: { ...was.target, etag },
  };
  void send();
}

export async function send(): Promise<void> {
  const first = open.value;
  if (!first || sending.value || lacking.value.length > 0) return;
  const at = first.at ?? new Date().toISOString();
  const wanted = { ...first, at };
  open.value = wanted;
  sending.value = true;
  refused.value = null;
  try {
    const body = bodyOf(wanted.act, wanted.id, await resolved(wanted), { at, sentAt: new Date().toISOString() });
    const ifMatch = wanted.act.single ? undefined : (wanted.target.etag ?? undefined);
    await ask("POST", addressOf(wanted), { body, ifMatch });
    left.delete(placeOf(wanted));
    if (open.value.id === wanted.id) open.value = null;
    toast(say(`已完成：${said(wanted.act.words)}`, `Done: ${said(wanted.act.words)}`));
  } catch (error) {
    refuse(wanted, error);
  } finally {
    sending.value = false;
    wish("chosen", "watch", "figures", "marks", "whistles");
  }
}

/** Shows why it was not done, with all that was filled in; where another act is open by now, in passing. */
function refuse(wanted: Open, error: unknown): void {
  if (open.value && open.value.id !== wanted.id) {
    left.set(placeOf(wanted), wanted.values);
    toastError(error);
    return;
  }
  // Nobody knows whether it arrived: sent again with the same id it is done once. What was answered is over.
  const unknown = error instanceof Unreachable;
  open.value = unknown ? wanted : { ...wanted, values: open.value?.values ?? wanted.values, id: uuid7(), at: null };
  refused.value = { error, both: bothOf(error) };
}

function addressOf({ target, act }: Open): string {
  return target.kind === "case"
    ? `/api/v1/incidents/${target.id}/acts/${act.name}`
    : `/api/v1/whistles/${target.id}/${act.name}`;
}

/** Cases are called by their numbers; the server wants the id. */
async function resolved({ act, values }: Open): Promise<Record<string, string>> {
  const asked = act.asked.find(({ kind }) => kind === "case");
  const number = (asked && values[asked.name]?.trim()) ?? "";
  if (!asked || !number) return values;
  const { items } = await read<{ items: { id: string; number: string }[] }>(
    `/api/v1/incidents?number=${encodeURIComponent(number)}&limit=2`,
  );
  const [only, other] = items;
  if (!only || other) throw new Problem(422, "input", say("没有这个编号的案件。", "There is no case of this number."));
  return { ...values, [asked.name]: only.id };
}

function bothOf(error: unknown): Refused["both"] {
  if (!(error instanceof Problem) || error.status !== 412) return null;
  const [found] = error.details as { yours?: Record<string, unknown>; stored?: Record<string, unknown> }[];
  return { yours: found?.yours ?? {}, stored: found?.stored ?? {} };
}

/** Doing an act: opened by a click or a letter, sent once, and what became of it. */
import { computed, signal } from "@preact/signals";
import { ask, Problem, read, Unreachable } from "../shared/api";
import { uuid7 } from "../shared/uuid";
import { say } from "../shared/words";
import { toast } from "../shared/ui/toasts";
import { type Act, bodyOf, missingOf } from "./acts";
import { story } from "./chosen";
import { want } from "./keeping";
import { said } from "../shared/words";

export interface Target {
  kind: "case" | "whistle";
  id: string;
  etag: string | null;
}

export interface Open {
  target: Target;
  act: Act;
  /** Stays the same however often it is sent: it is done once. */
  id: string;
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
export const lacking = computed(() => (open.value ? missingOf(open.value.act, open.value.values) : []));

/** Opens an act; one that needs nothing said is done at once, if `atOnce`. */
export function begin(target: Target, act: Act, values: Record<string, string> = {}, atOnce = false): void {
  refused.value = null;
  open.value = { target, act, id: uuid7(), values };
  if (atOnce && missingOf(act, values).length === 0) void send();
}

export function fill(name: string, value: string): void {
  if (open.value) open.value = { ...open.value, values: { ...open.value.values, [name]: value } };
}

export function leaveAct(): void {
  open.value = null;
  refused.value = null;
}

/** Decides again upon what is there now. */
export function again(): void {
  const [now, was] = [story.value, open.value];
  if (!was || !now) return;
  const etag =
    was.target.kind === "case" ? now.etag : now.whistles.find(({ whistle }) => whistle.id === was.target.id)?.etag;
  refused.value = null;
  open.value = { ...was, id: uuid7(), target: { ...was.target, etag: etag ?? null } };
  void send();
}

export async function send(): Promise<void> {
  const wanted = open.value;
  if (!wanted || sending.value || lacking.value.length > 0) return;
  sending.value = true;
  refused.value = null;
  try {
    const body = bodyOf(wanted.act, wanted.id, await resolved(wanted));
    await ask("POST", addressOf(wanted), { body, ifMatch: wanted.target.etag ?? undefined });
    if (open.value?.id === wanted.id) open.value = null;
    toast(say(`已完成：${said(wanted.act.words)}`, `Done: ${said(wanted.act.words)}`));
  } catch (error) {
    refused.value = { error, both: bothOf(error) };
    // Nobody knows whether it arrived: sent again with the same id it is done once.
    if (error instanceof Unreachable && open.value?.id !== wanted.id) open.value = wanted;
  } finally {
    sending.value = false;
    want("chosen", "watch", "figures", "marks", "whistles");
  }
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

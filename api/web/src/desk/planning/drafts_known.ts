/** Drafts of the grid as the API tells them, and what one may do with each: the table of `gridgov/drafts/lifecycle`. */
import { ask, Problem, read } from "../../shared/api";
import type { components } from "../../shared/schema";
import type { Tone } from "../../shared/ui/basics";
import type { Words } from "../../shared/words";

export type Draft = components["schemas"]["DraftOut"];
export type Fault = Draft["faults"][number];
export type Preview = components["schemas"]["PreviewOut"];
export type Step = components["schemas"]["StepOut"];
export type Version = components["schemas"]["NumberedGridOut"];
export type State = Draft["state"];

const w = (zh: string, en: string): Words => ({ zh, en });

export const PLAN = "grid.plan";
export const APPROVE = "grid.approve";

export const STATES: Record<State, Words> = {
  draft: w("编制中", "Being drawn"),
  proposed: w("待审批", "Proposed"),
  approved: w("已批准", "Approved"),
  published: w("已发布", "Published"),
  withdrawn: w("已撤回", "Withdrawn"),
};

export const TONES: Record<State, Tone> = {
  draft: "soft",
  proposed: "warn",
  approved: "good",
  published: "good",
  withdrawn: "soft",
};

export type Act = "edit" | "rebase" | "propose" | "approve" | "send-back" | "publish" | "call-off" | "withdraw";

const ACTS: Partial<Record<State, Partial<Record<Act, string>>>> = {
  draft: { propose: PLAN, edit: PLAN, rebase: PLAN, withdraw: PLAN },
  proposed: { approve: APPROVE, "send-back": APPROVE, withdraw: PLAN },
  approved: { publish: PLAN, "send-back": APPROVE, withdraw: PLAN },
  published: { "call-off": PLAN },
};

/** What can be done with a draft as it is `at` a moment by somebody with these permissions, the next step first. */
export function actsOn(draft: Draft, permissions: ReadonlySet<string>, at: number): Act[] {
  const acts = Object.entries(ACTS[draft.state] ?? {}) as [Act, string][];
  const mine = acts.filter(([, permission]) => permissions.has(permission)).map(([act]) => act);
  return mine.filter((act) => act !== "call-off" || isToCome(draft, at));
}

/** Whether a draft is published for a moment that is still to come. */
export const isToCome = ({ state, publish_at }: Draft, at: number): boolean =>
  state === "published" && publish_at !== null && Date.parse(publish_at) > at;

/** Whether a draft may still become a version of the grid. */
export const isOpen = ({ state }: Draft): boolean => state !== "published" && state !== "withdrawn";

/** The newest version of a draft's grid, where that began after the draft was drawn; else null. */
export function overtakenBy(draft: Draft, versions: readonly Version[]): Version | null {
  const newest = versions.find((one) => one.district_code === draft.district_code);
  return newest && isOpen(draft) && newest.version > draft.base_version ? newest : null;
}

/** Versions come with the newest of each district first. */
export const readVersions = async (): Promise<Version[]> =>
  (await read<{ items: Version[] }>("/api/v1/grid-versions")).items;

/** A whole grid is read, checked and stored: that takes its time. */
export const LONG_MS = 180_000;

/** Does an act on a draft as it was seen. */
export function act(draft: Draft, what: Act, body: unknown = {}): Promise<Draft> {
  return changing(draft, "POST", `/api/v1/drafts/${draft.id}/${what}`, body);
}

export async function changing(draft: Draft, method: string, path: string, body: unknown): Promise<Draft> {
  try {
    return (await ask<Draft>(method, path, { body, ifMatch: `"${draft.revision}"`, timeoutMs: LONG_MS })).value;
  } catch (error) {
    throw named(error);
  }
}

/** Of what overtook a draft the server says which edit or which cells: that is what one has to know. */
export function named(error: unknown): unknown {
  if (!(error instanceof Problem) || error.status !== 412) return error;
  return new Problem(409, error.kind, error.message, error.details, error.faults);
}

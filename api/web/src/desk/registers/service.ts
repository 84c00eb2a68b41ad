/** Until when people serve and answer, whose business that is, and how it is said. */
import type { Me } from "../../shared/session";
import { say, type Words } from "../../shared/words";
import { dayOf, lastDayOf } from "../days";
import type { Duty } from "./types";

type Grants = Me["grants"];
type Span = Pick<Duty, "since" | "until">;

const MANAGES = "people.manage";

/** Whether a duty is in force at a moment; its end is not part of it. */
export function holds(duty: Span, at: number): boolean {
  return Date.parse(duty.since) <= at && !isOver(duty.until, at);
}

/** Whether an end has come; null is none. */
export const isOver = (end: string | null, at: number): boolean => end !== null && Date.parse(end) <= at;

/** Somebody's service in words, by its last day: until an end has come, nobody is kept from working by it. */
export function serviceOf(end: string | null, at: number): { state: "serving" | "leaving" | "left"; words: Words } {
  if (end === null) return { state: "serving", words: { zh: "在岗", en: "Serving" } };
  const last = lastDayOf(end);
  return isOver(end, at)
    ? { state: "left", words: { zh: `离岗 ${last}`, en: `Left ${last}` } }
    : { state: "leaving", words: { zh: `将于 ${last} 离岗`, en: `Leaves ${last}` } };
}

/** Why whoever is logged in changes nothing of what belongs to an area; undefined where they may. */
export function whyNotThere(grants: Grants, area: string): string | undefined {
  const held = grants.filter((grant) => grant.permissions.includes(MANAGES));
  if (!held.length) return say("您的角色不管理人员与职责", "No role of yours looks after people and duties");
  // A role for an organisation does not reach an area, whatever lies in it.
  if (held.some((grant) => grant.organisation_code === null && area.startsWith(grant.area_code))) return undefined;
  return say("不在您的管辖范围", "It lies outside your area");
}

/** Why whoever is logged in may not end a duty, or bring its end forward; undefined where they may. */
export function whyNotEnd(duty: Pick<Duty, "until" | "target_code">, grants: Grants, at: number): string | undefined {
  if (isOver(duty.until, at)) return say("已经结束", "It is over");
  return whyNotThere(grants, duty.target_code);
}

/** The last day that is proposed for a duty: today, but not before it begins and not after it ends as it is. */
export function lastProposed(duty: Span, at: number): string {
  const [today, first] = [dayOf(at), dayOf(duty.since)];
  const last = today < first ? first : today;
  const set = duty.until && lastDayOf(duty.until);
  return set && set < last ? set : last;
}

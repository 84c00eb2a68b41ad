/** Notices of the inbox: where each leads, and its words in the tongue of the moment. */
import type { Tongue } from "../../shared/words";
import type { components } from "../../shared/schema";

export type Notice = components["schemas"]["NoticeOut"];
export type InboxPage = components["schemas"]["InboxOut"];

/** Where the case or the whistle of a notice is shown; who works on a phone is led there. */
export function whereTo(notice: Notice, permissions: ReadonlySet<string>, roles: readonly string[]): string | null {
  const { incident_id, whistle_id } = notice;
  if (!permissions.has("case.read") || (!incident_id && !whistle_id)) return null;
  const phone = roles.length > 0 && roles.every((role) => role === "grid_worker" || role === "lane_chief");
  if (phone) return whistle_id ? "/field/whistles" : "/field/tasks";
  return whistle_id ? `/command/whistles/${whistle_id}` : `/command/cases/${incident_id ?? ""}`;
}

/** The words of a notice in a tongue. */
export function wordsOfNotice(notice: Notice, tongue: Tongue): { title: string; lines: string[] } {
  return notice.words[tongue] ?? notice;
}

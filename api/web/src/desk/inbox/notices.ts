/** Notices of the inbox: where each leads, and its words in the tongue of the moment. */
import type { Tongue } from "../../shared/words";
import type { components } from "../../shared/schema";

export type Notice = components["schemas"]["NoticeOut"];
export type InboxPage = components["schemas"]["InboxOut"];

/** Where the case of a notice is shown; who works on a phone is led there. */
export function whereTo(notice: Notice, permissions: ReadonlySet<string>, roles: readonly string[]): string | null {
  const phone = roles.length > 0 && roles.every((role) => role === "grid_worker" || role === "lane_chief");
  const place = phone || !permissions.has("case.read") ? "/field" : "/command";
  const asked = new URLSearchParams();
  if (notice.incident_id) asked.set("incident", notice.incident_id);
  if (notice.whistle_id) asked.set("whistle", notice.whistle_id);
  const query = asked.toString();
  return query && permissions.has("case.read") ? `${place}?${query}` : null;
}

/** The words of a notice in a tongue. */
export function wordsOfNotice(notice: Notice, tongue: Tongue): { title: string; lines: string[] } {
  return notice.words[tongue] ?? notice;
}

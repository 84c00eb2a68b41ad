/** What a worker does, as items of the outbox. Pure, but for new ids. */
import { uuid7 } from "../shared/uuid";
import type { Words } from "../shared/words";
import type { Called, Checklist, Holder, Task } from "./carried";
import type { Draft, Kind, Request } from "./outbox/items";
import { photoOf, type Shot } from "./report/draft";
import type { Walked } from "./walking";
import type { Fix } from "./where";

export interface Asked {
  act: "verify" | "send_back" | "note" | "accept" | "feed_back";
  words: string;
  shots: readonly Shot[];
}

export const ACT_WORDS: Record<Asked["act"], Words> = {
  verify: { zh: "核查通过", en: "Verify" },
  send_back: { zh: "退回重办", en: "Send back" },
  note: { zh: "备注", en: "Note" },
  accept: { zh: "接单", en: "Accept" },
  feed_back: { zh: "反馈", en: "Feed back" },
};

/** An act upon a case, after its photos. A note suits any state of the case; all else was decided upon one. */
export function caseAct(task: Task, asked: Asked, owner: Holder, at: Date): Draft[] {
  const common = { account: owner.account_id, chain: task.incident_id, madeAt: at.toISOString() };
  const photos = asked.shots.map((shot, order) => photoOf(shot, { ...common, order: order + 1 }, []));
  const evidence = asked.shots.map((shot) => shot.id);
  const what = ACT_WORDS[asked.act];
  const request: Request = {
    method: "POST",
    path: `/api/v1/incidents/${task.incident_id}/acts/${asked.act}`,
    body: {
      id: uuid7(at.getTime()),
      device_time: at.toISOString(),
      ...said(asked),
      ...(evidence.length ? { evidence } : {}),
    },
    stamped: true,
    ...(asked.act === "note" ? {} : { ifMatch: `"${task.revision}"` }),
  };
  const label = { zh: `${what.zh}：${task.matter ?? task.number}`, en: `${what.en}: ${task.matter ?? task.number}` };
  return [...photos, item("case_act", common, request, label, evidence)];
}

function said({ act, words }: Asked): Record<string, string> {
  const plain = words.trim();
  switch (act) {
    case "send_back":
      return { reason: plain };
    case "note":
      return { text: plain };
    case "verify":
      return plain ? { report: plain } : {};
    case "feed_back":
      return { report: plain };
    case "accept":
      return {};
  }
}

/** Arriving at a whistle's site, or vouching for who has: where and when, by this phone. */
export function arrival(
  which: { whistle: Called; organisation: string; act: "check-in" | "vouch" },
  fix: Fix | null,
  owner: Holder,
  at: Date,
): Draft {
  const { whistle, organisation, act } = which;
  const position = fix && { datum: "wgs84", lon: fix.lon, lat: fix.lat, accuracy_m: Math.min(20_000, fix.accuracyM) };
  const request: Request = {
    method: "POST",
    path: `/api/v1/whistles/${whistle.whistle_id}/${act}`,
    body: {
      id: uuid7(at.getTime()),
      organisation_code: organisation,
      device_time: at.toISOString(),
      ...(position ? { position } : {}),
    },
    stamped: true,
  };
  const what = act === "vouch" ? { zh: "作证到场", en: "Vouch" } : { zh: "报到", en: "Check in" };
  const label = { zh: `${what.zh}：${whistle.number}`, en: `${what.en}: ${whistle.number}` };
  const common = { account: owner.account_id, chain: whistle.whistle_id, madeAt: at.toISOString() };
  return item(act === "vouch" ? "whistle_act" : "check_in", common, request, label);
}

/** Acknowledging a summons, filing what was done, leaving. */
export function whistleAct(
  which: { whistle: Called; organisation: string; act: "acknowledge" | "measures" | "leave"; words?: string },
  owner: Holder,
  at: Date,
): Draft {
  const { whistle, organisation, act, words } = which;
  const request: Request = {
    method: "POST",
    path: `/api/v1/whistles/${whistle.whistle_id}/${act}`,
    body: { id: uuid7(at.getTime()), organisation_code: organisation, ...(words ? { text: words } : {}) },
  };
  const names = {
    acknowledge: { zh: "签收", en: "Acknowledge" },
    measures: { zh: "填报措施", en: "File a measure" },
    leave: { zh: "离场", en: "Leave" },
  };
  const label = { zh: `${names[act].zh}：${whistle.number}`, en: `${names[act].en}: ${whistle.number}` };
  return item(
    "whistle_act",
    { account: owner.account_id, chain: whistle.whistle_id, madeAt: at.toISOString() },
    request,
    label,
  );
}

export const DUTY_CHAIN = "duty";

/** Going on duty; the id names the shift from now on. */
export function shiftStart(owner: Holder, at: Date): Draft {
  const body = { id: uuid7(at.getTime()), started_at: at.toISOString() };
  const request: Request = { method: "POST", path: "/api/v1/shifts", body, stamped: true };
  return item("shift", duty(owner, at), request, { zh: "上岗", en: "On duty" });
}

export function shiftEnd(shift: string, owner: Holder, at: Date): Draft {
  const body = { ended_at: at.toISOString() };
  const request: Request = { method: "POST", path: `/api/v1/shifts/${shift}/end`, body, stamped: true };
  return { ...item("shift", duty(owner, at), request, { zh: "下岗", en: "Off duty" }), id: uuid7(at.getTime()) };
}

export function positions(fixes: readonly Fix[], owner: Holder, at: Date): Draft {
  const taken = fixes.map(({ lon, lat, accuracyM, at: when }) => ({
    at: new Date(when).toISOString(),
    datum: "wgs84",
    lon,
    lat,
    accuracy_m: Math.min(20_000, accuracyM),
  }));
  const request: Request = { method: "POST", path: "/api/v1/positions", body: { positions: taken } };
  const label = { zh: `轨迹 ${taken.length} 点`, en: `Trace: ${taken.length} points` };
  return { ...item("positions", duty(owner, at), request, label), id: uuid7(at.getTime()) };
}

function duty(owner: Holder, at: Date): { account: string; chain: string; madeAt: string } {
  return { account: owner.account_id, chain: `${DUTY_CHAIN}:${owner.account_id}`, madeAt: at.toISOString() };
}

export interface Found {
  answer: "ok" | "found" | "not_applicable";
  note: string;
  /** The id of what was reported of it. */
  incident?: string;
}

/** A patrol, as a whole, once it is walked. */
export function patrol(
  walked: { id?: string; checklist: Checklist; cell: string; startedAt: string; found: Walked["found"] },
  owner: Holder,
  at: Date,
): Draft {
  const { checklist, cell, startedAt, found } = walked;
  const answers = checklist.items.map(({ code }) => {
    const { answer = "ok", note = "", incident } = found[code] ?? {};
    const reported = answer === "found" && incident ? { incident_id: incident } : {};
    return { item: code, answer, ...(note.trim() ? { note: note.trim() } : {}), ...reported };
  });
  const { id = uuid7(at.getTime()) } = walked;
  const request: Request = {
    method: "POST",
    path: "/api/v1/patrols",
    stamped: true,
    body: {
      id,
      cell_code: cell,
      checklist_code: checklist.code,
      checklist_version: checklist.version,
      started_at: startedAt,
      ended_at: at.toISOString(),
      answers,
    },
  };
  const common = { account: owner.account_id, chain: id, madeAt: at.toISOString() };
  return item("patrol", common, request, { zh: `巡查：${checklist.name_zh}`, en: `Patrol: ${checklist.name_en}` });
}

function item(
  kind: Kind,
  common: { account: string; chain: string; madeAt: string },
  request: Request,
  label: Words,
  after: string[] = [],
): Draft {
  const given = request.body["id"];
  return { ...common, id: typeof given === "string" ? given : uuid7(), kind, after, label, request };
}

/** Every act upon a case: its words, its letter, and what must be said with it. */
import type { Words } from "../shared/words";

export interface Asked {
  name: string;
  words: Words;
  kind:
    | "text"
    | "minutes"
    | "until"
    | "organisation"
    | "organisations"
    | "teams"
    | "matter"
    | "case"
    | "street"
    | "score"
    | "flag"
    | "position";
  required: boolean;
}

export interface Act {
  name: string;
  words: Words;
  /** Pressed alone, it opens the act; Enter does it. */
  letter: string;
  asked: readonly Asked[];
  /** It cannot be taken back, or it hurts somebody: it is shown so. */
  grave?: boolean;
  /**
   * Upon one organisation alone: what the others do meanwhile does not touch it, and the server judges it by where that
   * one stands, whatever else of the whistle has changed.
   */
  single?: boolean;
}

const words = (zh: string, en: string): Words => ({ zh, en });
const ask = (name: string, zh: string, en: string, kind: Asked["kind"] = "text"): Asked => ({
  name,
  words: words(zh, en),
  kind,
  required: true,
});
const may = (name: string, zh: string, en: string, kind: Asked["kind"] = "text"): Asked => ({
  ...ask(name, zh, en, kind),
  required: false,
});
const REASON = ask("reason", "理由", "Reason");
const MAY_REASON = may("reason", "理由", "Reason");
const MAY_TEXT = may("text", "说明", "Words");
const ORGANISATION = ask("organisation_code", "单位", "Organisation", "organisation");

/** In the order of a case's life. */
export const CASE_ACTS: readonly Act[] = [
  { name: "file", words: words("立案", "File"), letter: "f", asked: [MAY_TEXT] },
  { name: "reject", words: words("不予立案", "Reject"), letter: "x", asked: [REASON], grave: true },
  { name: "dispatch", words: words("派遣", "Dispatch"), letter: "d", asked: [ORGANISATION, MAY_REASON] },
  { name: "accept", words: words("接单", "Accept"), letter: "a", asked: [] },
  { name: "return", words: words("退单", "Return"), letter: "r", asked: [REASON], grave: true },
  {
    name: "feed_back",
    words: words("反馈", "Feed back"),
    letter: "e",
    asked: [ask("report", "做了什么", "What was done"), may("measures", "措施", "Measures")],
  },
  { name: "verify", words: words("核查通过", "Verify"), letter: "v", asked: [may("report", "说明", "Words")] },
  { name: "send_back", words: words("核查不通过", "Send back"), letter: "n", asked: [REASON], grave: true },
  { name: "close", words: words("结案", "Close"), letter: "c", asked: [MAY_TEXT] },
  { name: "reopen", words: words("重新打开", "Reopen"), letter: "o", asked: [REASON] },
  {
    name: "suspend",
    words: words("挂起", "Suspend"),
    letter: "p",
    asked: [ask("until", "到何时", "Until", "until"), REASON],
  },
  { name: "resume", words: words("恢复办理", "Resume"), letter: "m", asked: [MAY_REASON] },
  {
    name: "ask_extension",
    words: words("申请延期", "Ask for more time"),
    letter: "i",
    asked: [ask("minutes", "分钟（工作时间）", "Minutes of working time", "minutes"), REASON],
  },
  {
    name: "grant_extension",
    words: words("同意延期", "Grant more time"),
    letter: "g",
    asked: [may("minutes", "只给这么多分钟", "Only so many minutes", "minutes"), MAY_REASON],
  },
  { name: "refuse_extension", words: words("不同意延期", "Refuse more time"), letter: "h", asked: [REASON] },
  { name: "urge", words: words("催办", "Urge"), letter: "u", asked: [ask("text", "催办的话", "What to say")] },
  {
    name: "supervise",
    words: words("督办", "Supervise"),
    letter: "s",
    asked: [ask("text", "督办要求", "What is demanded")],
  },
  {
    name: "merge",
    words: words("并案", "Merge"),
    letter: "q",
    asked: [ask("into_id", "并入哪一件（编号）", "Into which case (its number)", "case"), MAY_REASON],
    grave: true,
  },
  { name: "unmerge", words: words("取消并案", "Unmerge"), letter: "z", asked: [REASON] },
  {
    name: "reclassify",
    words: words("改归类", "Reclassify"),
    letter: "y",
    asked: [ask("matter", "事项", "Matter", "matter"), REASON],
  },
  {
    name: "relocate",
    words: words("改定位", "Relocate"),
    letter: "l",
    asked: [ask("address", "地址", "Address"), REASON],
  },
  { name: "note", words: words("备注", "Note"), letter: "t", asked: [ask("text", "写下什么", "What to write down")] },
];

const STREET = may("street_code", "代表哪一方", "For which side", "street");
const MAY_WHY = may("reason", "理由", "Reason");
/** Known, or known to be unknown: nobody checks in without a position because they were quicker than the receiver. */
const POSITION = ask("position", "我在哪里", "Where I am", "position");
export const NOWHERE = "none";

/** Who is to come: by the list, by teams, by name. */
export const CALLERS: readonly Asked[] = [
  may("by_list", "按责任清单召集", "Summon whom the list names", "flag"),
  may("organisations", "另请单位", "Others by name", "organisations"),
  may("teams", "另请队伍", "Teams", "teams"),
  may("reason", "为什么与清单不同", "Why it differs from the list"),
];

/** Acts upon a whistle, by the last part of their address. */
export const WHISTLE_ACTS: readonly Act[] = [
  { name: "confirm", words: words("确认联合哨", "Confirm"), letter: "C", asked: [STREET] },
  {
    name: "lead",
    words: words("商定牵头方", "Choose the lead"),
    letter: "L",
    asked: [ask("choice", "由谁牵头", "Who should lead", "street"), STREET],
  },
  { name: "summons", words: words("改召集单位", "Choose who comes"), letter: "N", asked: CALLERS },
  { name: "acknowledge", words: words("签收", "Acknowledge"), letter: "A", asked: [ORGANISATION], single: true },
  { name: "check-in", words: words("报到", "Check in"), letter: "I", asked: [ORGANISATION, POSITION], single: true },
  { name: "vouch", words: words("见证报到", "Vouch"), letter: "O", asked: [ORGANISATION, POSITION], single: true },
  {
    name: "measures",
    words: words("填报措施", "File a measure"),
    letter: "M",
    asked: [ORGANISATION, ask("text", "做了什么", "What was done")],
    single: true,
  },
  { name: "leave", words: words("离场", "Leave"), letter: "V", asked: [ORGANISATION], single: true },
  {
    name: "release",
    words: words("放行", "Release"),
    letter: "R",
    asked: [ORGANISATION, STREET, MAY_WHY],
    single: true,
  },
  {
    name: "excuse",
    words: words("免除", "Excuse"),
    letter: "E",
    asked: [ORGANISATION, ask("reason", "理由", "Reason"), STREET],
    grave: true,
    single: true,
  },
  {
    name: "rate",
    words: words("一事一考", "Rate"),
    letter: "T",
    asked: [ORGANISATION, ask("score", "评分（1–5）", "Score (1–5)", "score"), ask("words", "评语", "Words"), STREET],
    single: true,
  },
  { name: "close", words: words("销哨", "Close"), letter: "S", asked: [STREET, MAY_WHY] },
  {
    name: "withdraw",
    words: words("撤哨", "Withdraw"),
    letter: "W",
    asked: [ask("reason", "理由", "Reason"), STREET],
    grave: true,
  },
];

/** The keys that always mean the same; acts take other letters. */
export const KEYS = {
  down: "j",
  up: "k",
  blow: "b",
  whistle: "w",
  search: "/",
  help: "?",
  live: "0",
  back: "[",
  forth: "]",
  next: ".",
  previous: ",",
} as const;

/** The values of a form, each as its input holds it: lists parted by commas, a position as JSON. */
export type Values = Readonly<Record<string, string>>;

/** The values that go out: what is empty is left out, numbers are numbers, times have an offset. */
export function bodyOf(act: Act, id: string, values: Values, times?: Times): Record<string, unknown> {
  const body: Record<string, unknown> = { id, ...askedBody(act.asked, values) };
  // When somebody was there is said even where no position can be.
  if (times && act.asked.some(({ kind }) => kind === "position")) {
    body.device_time = times.at;
    body.sent_at = times.sentAt;
  }
  return body;
}

/** When it was done, and when it is sent, both by this device's clock. */
export interface Times {
  at: string;
  sentAt: string;
}

export function askedBody(asked: readonly Asked[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { name, kind } of asked) {
    const value = (values[name] ?? "").trim();
    if (kind === "flag") body[name] = value === "yes";
    else if (value !== "" && !(kind === "position" && value === NOWHERE)) body[name] = said(kind, value);
  }
  return body;
}

function said(kind: Asked["kind"], value: string): unknown {
  switch (kind) {
    case "minutes":
    case "score":
      return Number(value);
    case "organisations":
    case "teams":
      return value.split(",");
    case "position":
      return JSON.parse(value);
    case "until":
      // An <input type=datetime-local> says the time on this wall: Shanghai's, whatever zone the machine is in.
      return `${value.length === 16 ? `${value}:00` : value}+08:00`;
    default:
      return value;
  }
}

/** What is still wanted before it can be done. */
export function missingOf(act: Act, values: Values): string[] {
  return act.asked.filter(({ name, required }) => required && !(values[name] ?? "").trim()).map(({ name }) => name);
}

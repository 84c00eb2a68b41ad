/** The pages of the desk: what they are called, and what one must be permitted to work there. */
import type { Words } from "../shared/words";

export interface Place {
  path: string;
  words: Words;
  /** Any of these opens it; none: everybody who is logged in. */
  needs: readonly string[];
}

const place = (name: string, zh: string, en: string, ...needs: string[]): Place => ({
  path: `/desk/${name}`,
  words: { zh, en },
  needs,
});

export const MINE: readonly Place[] = [
  place("inbox", "消息", "Inbox", "inbox.read"),
  place("account", "我的账号", "My account"),
];

export const PLANNING: readonly Place[] = [
  place("drafts", "网格草案", "Drafts of the grid", "grid.plan", "grid.approve"),
  place("proposals", "主动治理清单", "Before the complaint", "proactive.scan", "proactive.confirm"),
];

export const WORK: readonly Place[] = [
  place("people", "人员", "People", "people.manage"),
  place("duties", "职责与网格", "Duties", "people.manage", "grid.read"),
  place("organisations", "机构", "Organisations", "people.manage"),
  place("matters", "事项清单", "Responsibility list", "rules.manage"),
  place("whistle-kinds", "吹哨类型", "Kinds of whistle", "rules.manage"),
  place("teams", "指挥组与模板", "Teams", "rules.manage", "whistle.blow"),
  place("calendar", "工作日历", "Calendar", "rules.manage"),
  place("hours", "时间与时限", "Hours and limits", "rules.manage"),
  place("checklists", "巡查清单", "Checklists", "rules.manage"),
  place("accounts", "账号与角色", "Accounts and roles", "accounts.manage"),
  place("webhooks", "消息推送", "Webhooks", "channels.manage"),
  place("history", "变更记录", "History", "people.manage", "rules.manage"),
];

export const PLACES: readonly Place[] = [...MINE, ...PLANNING, ...WORK];

export function opens(place: Place, permissions: ReadonlySet<string>): boolean {
  return !place.needs.length || place.needs.some((need) => permissions.has(need));
}

/** The page at an address; what lies below a page belongs to it. */
export function placeAt(path: string): Place | undefined {
  return PLACES.find((one) => path === one.path || path.startsWith(`${one.path}/`));
}

/** Where one begins who names no page. */
export function home(permissions: ReadonlySet<string>): Place {
  const first = WORK.find((one) => one.needs.some((need) => need.endsWith(".manage") && permissions.has(need)));
  const found = first ?? PLACES.find((one) => opens(one, permissions));
  if (!found) throw new Error("Everybody may open their account.");
  return found;
}

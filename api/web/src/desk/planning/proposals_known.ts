/** What is suspected before anybody complains, as the API tells it. */
import type { components } from "../../shared/schema";
import type { Words } from "../../shared/words";

export type Proposal = components["schemas"]["ProposalOut"];
export type Looked = components["schemas"]["ScanOut"];
export type Expected = components["schemas"]["ExpectedOut"];
export type State = Proposal["state"];

export const SCAN = "proactive.scan";
export const CONFIRM = "proactive.confirm";

const w = (zh: string, en: string): Words => ({ zh, en });

export const KINDS: Record<string, Words> = {
  hotspot: w("热点", "Hot spot"),
  repeat: w("反复发生", "Repeat place"),
  rising: w("上升事项", "Rising matter"),
};

export const STATES: Record<State, Words> = {
  proposed: w("待确认", "To be decided"),
  confirmed: w("已立案", "Case opened"),
  dismissed: w("不处理", "Dismissed"),
};

const NUMBERS: Record<string, Words> = {
  count: w("件数", "Incidents"),
  expected: w("按以往应有", "Expected by the past"),
  q: w("偶然的可能（多重检验校正后）", "Chance alone (corrected for many tests)"),
  cells: w("连片网格", "Cells that touch"),
  days: w("发生天数", "Days on which it came up"),
  every_days: w("平均间隔（天）", "Every so many days"),
  radius_m: w("范围半径（米）", "Radius (m)"),
  address: w("地址", "Address"),
  first_at: w("最早", "First"),
  last_at: w("最近", "Last"),
};

/** What a reason is made of, as people read it, in the order in which it matters. */
export function numbersOf({ numbers }: Proposal): { words: Words; value: string }[] {
  return Object.entries(NUMBERS).flatMap(([name, words]) => {
    const value = numbers[name];
    return value === null || value === undefined ? [] : [{ words, value: written(name, value) }];
  });
}

function written(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(" ");
  if (name.endsWith("_at")) return String(value).slice(0, 10);
  if (name === "q" && typeof value === "number") return value < 0.001 ? "< 0.1 %" : `${(value * 100).toFixed(1)} %`;
  return typeof value === "number" ? String(Math.round(value * 10) / 10) : String(value);
}

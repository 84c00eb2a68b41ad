/** Two versions of one thing side by side, in words. */
import type { Words } from "../shared/words";

export type Fields = Readonly<Record<string, unknown>>;

export interface Difference {
  name: string;
  one: string;
  other: string;
}

/** What is told of a thing but is no part of it. */
const ASIDE = new Set(["etag", "id"]);

/** The fields in which two versions differ, of those that the first speaks of. */
export function differences(one: Fields, other: Fields): Difference[] {
  return Object.keys(one)
    .filter((name) => !ASIDE.has(name) && written(one[name]) !== written(other[name]))
    .map((name) => ({ name, one: written(one[name]), other: written(other[name]) }));
}

/** A value as a person reads it; nothing is a dash. */
export function written(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  if (Array.isArray(value)) return value.length ? value.map(written).join("; ") : "–";
  if (typeof value === "object")
    return Object.entries(value)
      .map(([name, inside]) => `${name}: ${written(inside)}`)
      .join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

const f = (zh: string, en: string): Words => ({ zh, en });

/** What the API's fields are called. */
export const FIELD_WORDS: Readonly<Record<string, Words>> = {
  name: f("名称", "Name"),
  name_zh: f("中文名", "Chinese name"),
  name_en: f("英文名", "English name"),
  code: f("编码", "Code"),
  staff_code: f("工号", "Staff number"),
  organisation_code: f("机构", "Organisation"),
  employment: f("用工形式", "Employment"),
  phone: f("电话", "Phone"),
  ended_at: f("离岗时间", "End of service"),
  closed_at: f("撤销时间", "Closed"),
  kind: f("类别", "Kind"),
  area_code: f("管辖范围", "Area"),
  parent_code: f("上级机构", "Part of"),
  email: f("邮箱", "E-mail"),
  disabled: f("停用", "Kept out"),
  disabled_at: f("停用时间", "Kept out since"),
  role: f("角色", "Role"),
  since: f("开始", "Since"),
  until: f("结束", "Until"),
  category: f("大类", "Category"),
  subcategory: f("小类", "Subcategory"),
  priority: f("优先级", "Priority"),
  admitted: f("准入", "Admitted"),
  whistle_kind: f("吹哨类型", "Kind of whistle"),
  file_within_minutes: f("立案时限（分钟）", "File within (min)"),
  handle_within_minutes: f("处置时限（分钟）", "Handle within (min)"),
  counted: f("计时方式", "Counted"),
  lead: f("主责", "Lead"),
  cooperating: f("配合", "Cooperating"),
  source: f("依据", "Source"),
  days: f("日期", "Days"),
  day: f("日期", "Day"),
  week: f("每周时间", "Week"),
  limit: f("时限", "Limit"),
  steps: f("步骤", "Steps"),
  items: f("条目", "Items"),
  retired: f("停用", "Retired"),
  check_in_minutes: f("报到时限（分钟）", "Check in within (min)"),
  confirm_minutes: f("确认时限（分钟）", "Confirm within (min)"),
  measure_minutes: f("填报措施时限（分钟）", "File measures within (min)"),
  close_minutes: f("销哨时限（分钟）", "Close within (min)"),
  min_share: f("最小占比", "Least share"),
  issuers: f("谁可以吹哨", "Who may blow"),
  answerers: f("谁应哨", "Who answers"),
  geofence_m: f("到场范围（米）", "On site within (m)"),
  accuracy_limit_m: f("定位精度上限（米）", "Coarsest position (m)"),
  late_minutes: f("补传时限（分钟）", "May be sent late by (min)"),
  skew_minutes: f("时钟偏差上限（分钟）", "Clock may be off by (min)"),
  vouching: f("证明到场", "Vouching"),
  language: f("语言", "Language"),
  channels: f("通道", "Channels"),
  muted: f("不外发", "Muted"),
  quiet_from: f("免打扰开始", "Quiet from"),
  quiet_until: f("免打扰结束", "Quiet until"),
  digest_hour: f("合并时间", "Digest at"),
  title_zh: f("中文标题", "Chinese title"),
  title_en: f("英文标题", "English title"),
};

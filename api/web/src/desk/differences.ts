/** Two versions of one thing side by side, in words. */
import { said, say, type Words } from "../shared/words";
import { areaName } from "./areas";
import { organisationName } from "./registers/organisations_known";
import { personName } from "./registers/people_known";
import { matterName } from "./rules/matters_known";
import { walkerName } from "./rules/walkers_known";
import { kindName } from "./webhooks/kinds";
import {
  ANSWERERS,
  CHANNELS,
  COUNTED,
  DAYS,
  EMPLOYMENTS,
  EVERY,
  ISSUERS,
  LANGUAGES,
  LEVELS,
  LIMIT_KINDS,
  named,
  ORGANISATION_KINDS,
  ROLES,
  TARGET_KINDS,
  UNITS,
  VOUCHING,
} from "./words";

export type Fields = Readonly<Record<string, unknown>>;

export interface Difference {
  name: string;
  one: string;
  other: string;
  /** Which item of a list it is about: its code, or its day. */
  of?: string;
  /** What people call that item. */
  called?: string;
}

/** What is told of a thing but is no part of it. */
const ASIDE = new Set(["etag", "id", "version", "grant_id"]);

/** By which an item of a list is known. */
const KEYS = ["code", "day"] as const;

/** The fields in which two versions differ, of those that the first speaks of; of long lists, item by item. */
export function differences(one: Fields, other: Fields): Difference[] {
  return Object.keys(one)
    .filter((name) => !ASIDE.has(name))
    .flatMap((name) => within(name, one[name], other[name]));
}

function within(name: string, one: unknown, other: unknown): Difference[] {
  const [mine, theirs] = [byKey(one), byKey(other)];
  if (mine && theirs) return [...itemByItem(mine, theirs), ...reordered(mine, theirs)];
  const [words, others] = [written(one, name), written(other, name)];
  return words === others ? [] : [{ name, one: words, other: others }];
}

function itemByItem(one: ReadonlyMap<string, Fields>, other: ReadonlyMap<string, Fields>): Difference[] {
  return [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((of): Difference[] => {
    const [mine, theirs] = [one.get(of), other.get(of)];
    const about = { of, ...calling(mine ?? theirs) };
    if (mine && theirs) return differences(mine, theirs).map((found) => ({ ...found, ...about }));
    return [{ name: "there", one: titleOf(mine), other: titleOf(theirs), ...about }];
  });
}

/** What is done one after the other differs by its order, too: of what both have. */
function reordered(one: ReadonlyMap<string, Fields>, other: ReadonlyMap<string, Fields>): Difference[] {
  const [mine, theirs] = [both(one, other), both(other, one)];
  if (!mine.every(([, item]) => isSaying(item)) || mine.every(([code], place) => code === theirs[place]?.[0]))
    return [];
  const [first, second] = [mine, theirs].map((items) => items.map(([, item], at) => `${at + 1} ${titleOf(item)}`));
  return [{ name: "order", one: written(first), other: written(second) }];
}

const both = (one: ReadonlyMap<string, Fields>, other: ReadonlyMap<string, Fields>): [string, Fields][] =>
  [...one].filter(([code]) => other.has(code));

const titleOf = (item: Fields | undefined): string =>
  item ? (isSaying(item) ? written(item) : written(item["name"] ?? true)) : "–";

const calling = (item: Fields | undefined): { called?: string } =>
  item && isSaying(item) ? { called: titleOf(item) } : {};

/** The items of a list by what they are known by; null where it is no such list. */
function byKey(value: unknown): ReadonlyMap<string, Fields> | null {
  if (!Array.isArray(value) || !value.every(isFields)) return null;
  const key = KEYS.find((name) => value.every((item) => typeof item[name] === "string"));
  return key ? new Map(value.map((item) => [String(item[key]), item])) : null;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether it says the same in both tongues, whatever else it has. */
const isSaying = (item: Fields): item is Fields & Words =>
  typeof item["zh"] === "string" && typeof item["en"] === "string";

/** A value as a person reads it; nothing is a dash, and a code of a field that has words is those. */
export function written(value: unknown, field = ""): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  if (Array.isArray(value)) return value.length ? value.map((one) => written(one, field)).join("; ") : "–";
  if (isFields(value) && isSaying(value)) return say(value.zh, value.en);
  if (isFields(value))
    return Object.entries(value)
      .map(([name, inside]) => `${nameOf(name)}: ${written(inside, name)}`)
      .join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  return NAMES[field]?.(value) ?? value;
}

/** What a field of the API is called. */
export function nameOf(name: string): string {
  const known = FIELD_WORDS[name];
  return known ? said(known) : name;
}

type Name = (code: string) => string;

const by =
  (book: Record<string, Words>): Name =>
  (code) =>
    named(book, code);

/** Two organisations may be called the same: the code tells them apart. */
const organisation: Name = (code) => {
  const name = organisationName(code);
  return name === code ? code : `${name}（${code}）`;
};

/** What an account may do as, else what somebody answers for: of several it is the other way round, who walks. */
const role: Name = (code) => (code in ROLES ? named(ROLES, code) : walkerName(code));
const walker: Name = (code) => (walkerName(code) === code ? named(ROLES, code) : walkerName(code));

/** The fields whose values are codes, and what these are called. */
const NAMES: Readonly<Record<string, Name>> = {
  employment: by(EMPLOYMENTS),
  kind: by({ ...ORGANISATION_KINDS, ...TARGET_KINDS, ...LIMIT_KINDS, ...DAYS }),
  counted: by(COUNTED),
  level: by(LEVELS),
  unit: by(UNITS),
  role,
  roles: walker,
  issuers: by(ISSUERS),
  answerers: by(ANSWERERS),
  vouching: by(VOUCHING),
  every: by(EVERY),
  language: by(LANGUAGES),
  channels: by(CHANNELS),
  kinds: kindName,
  muted: kindName,
  matter: matterName,
  area_code: areaName,
  person_id: personName,
  organisation_code: organisation,
  parent_code: organisation,
  lead: organisation,
  cooperating: organisation,
};

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
  version: f("版本", "Version"),
  has_phone: f("登记了电话", "Has a phone"),
  there: f("有没有", "Whether it is there"),
  withdrawn: f("收回", "Withdrawn"),
  every: f("多久一次", "How often"),
  roles: f("谁来走", "Who walks it"),
  zh: f("中文", "Chinese"),
  en: f("英文", "English"),
  matter: f("事项", "Matter"),
  order: f("顺序", "Order"),
  added: f("新增", "Added"),
  changed: f("修改", "Changed"),
  removed: f("去掉", "Removed"),
  url: f("地址", "Address"),
  kinds: f("消息种类", "Kinds"),
  person_id: f("人员", "Person"),
  target_code: f("范围", "For"),
  fields: f("改动", "Changes"),
  years: f("年份", "Years"),
  year: f("年份", "Year"),
  organisation: f("机构", "Organisation"),
  after: f("超时多久", "How late"),
  level: f("哪一级", "Level"),
  amount: f("数量", "Amount"),
  unit: f("单位", "Unit"),
  around_the_clock: f("昼夜连续", "Day and night"),
  tells_own: f("同时告诉本机构", "Tells its own people"),
  at: f("时间", "When"),
  adds: f("新增", "Added"),
  changes: f("修改", "Changed"),
  ends: f("结束", "Ended"),
  digest: f("校验值", "Digest"),
  address: f("网络地址", "Network address"),
  duties: f("职责", "Duties"),
};

/** The desk's words for the codes that the API answers. */
import { said, type Words } from "../shared/words";

const w = (zh: string, en: string): Words => ({ zh, en });

/** The saying for a code, or the code itself where a district has added one of its own. */
export function named(book: Record<string, Words>, code: string): string {
  return book[code] ? said(book[code]) : code;
}

export const ROLES: Record<string, Words> = {
  grid_worker: w("网格员", "Grid worker"),
  community_officer: w("社区工作者", "Community officer"),
  lane_chief: w("街巷长", "Lane chief"),
  street_officer: w("街道工作人员", "Street officer"),
  department_officer: w("部门工作人员", "Department officer"),
  command_centre: w("区指挥中心", "Command centre"),
  planner: w("网格规划员", "Planner"),
  administrator: w("系统管理员", "Administrator"),
  auditor: w("审计员", "Auditor"),
};

export const PERMISSIONS: Record<string, Words> = {
  "accounts.manage": w("管理账号与角色", "Look after accounts and roles"),
  "audit.read": w("查看审计记录", "Read the audit"),
  "case.accept": w("接单", "Accept a case"),
  "case.ask_extension": w("申请延期", "Ask for an extension"),
  "case.close": w("结案", "Close a case"),
  "case.dispatch": w("派遣", "Dispatch a case"),
  "case.export": w("导出事件", "Take lists of cases away"),
  "case.feed_back": w("反馈", "Feed back"),
  "case.file": w("立案", "File a case"),
  "case.grant_extension": w("批准延期", "Grant an extension"),
  "case.merge": w("并案", "Merge cases"),
  "case.note": w("备注", "Note on a case"),
  "case.read": w("查看事件", "Read cases"),
  "case.reclassify": w("更改事项", "Change a case's matter"),
  "case.refuse_extension": w("驳回延期", "Refuse an extension"),
  "case.reject": w("不予受理", "Reject a report"),
  "case.relocate": w("更正位置", "Correct a case's place"),
  "case.reopen": w("重新办理", "Reopen a case"),
  "case.report": w("上报事件", "Report"),
  "case.resume": w("恢复办理", "Resume a case"),
  "case.return": w("退单", "Return a case"),
  "case.send_back": w("核查不通过", "Send a case back"),
  "case.supervise": w("督办", "Supervise a case"),
  "case.suspend": w("挂起", "Suspend a case"),
  "case.take_in": w("受理热线等来件", "Take in from other systems"),
  "case.unmerge": w("拆案", "Take merged cases apart"),
  "case.urge": w("催办", "Urge a case"),
  "case.verify": w("核查", "Verify a case"),
  "channels.manage": w("管理消息通道", "Look after channels of messages"),
  "evidence.add": w("上传照片", "Add photos"),
  "evidence.exif": w("查看照片拍摄信息", "See what a photo says of itself"),
  "grid.approve": w("批准网格方案", "Approve drafts of the grid"),
  "grid.plan": w("规划网格", "Plan the grid"),
  "grid.read": w("查看网格", "Read the grid"),
  "inbox.read": w("查看消息", "Read the inbox"),
  "looks.read": w("查看调阅记录", "Read who looked at what"),
  "patrol.file": w("巡查上报", "File a patrol"),
  "people.manage": w("管理人员、职责与机构", "Look after people, duties, organisations"),
  "proactive.confirm": w("确认未诉先办", "Confirm what is suspected"),
  "proactive.scan": w("查找未诉先办", "Look for what stands out"),
  "reporter.reveal": w("查看报告人", "See who reported"),
  "rules.manage": w("管理清单、日历与时限", "Look after lists, calendar, limits"),
  "staff.locate": w("查看在岗位置", "See where people on duty are"),
  "staff.self": w("本人上下班与位置", "One's own shifts and positions"),
  "whistle.answer": w("报到应哨", "Answer a whistle"),
  "whistle.blow": w("吹哨", "Blow a whistle"),
  "whistle.close": w("销哨", "Close a whistle"),
  "whistle.confirm": w("确认联合哨", "Confirm a combined whistle"),
  "whistle.escalated": w("接收升级的哨", "Be told of whistles that escalate"),
  "whistle.rate": w("评价", "Rate who came"),
  "whistle.release": w("放行", "Release who came"),
  "whistle.vouch": w("证明到场", "Vouch for an arrival"),
};

export const ORGANISATION_KINDS: Record<string, Words> = {
  government: w("政府", "Government"),
  department: w("部门", "Department"),
  street_office: w("街道办事处", "Street office"),
  community: w("社区", "Community"),
  station: w("站所", "Station"),
  enterprise: w("企业", "Enterprise"),
};

export const EMPLOYMENTS: Record<string, Words> = {
  full_time: w("专职", "Full-time"),
  part_time: w("兼职", "Part-time"),
  post: w("兼岗（警、医、领导等）", "Holds a post beside the grid"),
};

export const TARGET_KINDS: Record<string, Words> = {
  cell: w("网格", "Cell"),
  community: w("社区", "Community"),
  street: w("街道", "Street"),
  district: w("区县", "District"),
};

export const SEVERITIES: Record<string, Words> = {
  urgent: w("紧急", "Urgent"),
  normal: w("一般", "Normal"),
  low: w("提示", "For information"),
};

export const LIMIT_KINDS: Record<string, Words> = {
  file: w("立案", "File"),
  dispatch: w("派遣", "Dispatch"),
  accept: w("接单", "Accept"),
  handle: w("处置", "Handle"),
  verify: w("核查", "Verify"),
  close: w("结案", "Close"),
  confirm: w("确认联合哨", "Confirm a whistle"),
  check_in: w("报到", "Check in"),
  measure: w("填报措施", "File a measure"),
};

export const UNITS: Record<string, Words> = {
  minutes: w("分钟", "minutes"),
  hours: w("小时", "hours"),
  working_days: w("个工作日", "working days"),
};

export const DAYS: Record<string, Words> = {
  holiday: w("放假", "Day off"),
  work: w("调休上班", "Worked to make up"),
};

export const EVERY: Record<string, Words> = {
  daily: w("每天", "Every day"),
  weekly: w("每周", "Every week"),
  monthly: w("每月", "Every month"),
};

export const LEVELS: Record<string, Words> = {
  organisation: w("本机构", "The organisation"),
  street: w("街道", "The street"),
  district: w("区", "The district"),
  parent: w("上级", "The level above"),
};

export const COUNTED: Record<string, Words> = {
  urgent: w("昼夜连续", "Day and night"),
  working: w("工作小时", "Hours of work"),
  days: w("工作日", "Working days"),
};

export const ISSUERS: Record<string, Words> = {
  district: w("区", "District"),
  street: w("街道", "Street"),
  community: w("社区", "Community"),
  lane_chief: w("街巷长", "Lane chief"),
};

export const ANSWERERS: Record<string, Words> = {
  district: w("区", "District"),
  department: w("部门", "Department"),
  street_section: w("街道科室", "Section of a street"),
  enterprise: w("企业", "Enterprise"),
};

export const VOUCHING: Record<string, Words> = {
  none: w("不需要", "Nobody vouches"),
  accepted: w("可以由在场人员证明", "Whoever is on site may vouch"),
  required: w("必须由在场人员证明", "Somebody on site must vouch"),
};

export const LANGUAGES: Record<string, Words> = {
  zh: w("中文", "Chinese"),
  en: w("英文", "English"),
};

export const CHANNELS: Record<string, Words> = {
  email: w("电子邮件", "E-mail"),
  webhook: w("回调地址", "Webhook"),
};

/** A book of words as a form's options. */
export function optionsOf(book: Record<string, Words>): { value: string; words: Words }[] {
  return Object.entries(book).map(([value, words]) => ({ value, words }));
}

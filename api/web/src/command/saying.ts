/** Words of arrivals and of findings, as the story's own (`gridgov/story/words.py`) have them. */
import { STAGES, WHISTLE_STAGES } from "../shared/terms";
import type { Words } from "../shared/words";

const term = (zh: string, en: string): Words => ({ zh, en });

/** Instead of what the server no longer gives to whoever sits here. */
export const WITHHELD = term("您已不能查看这一部分。", "You may no longer see this part.");

/** What becomes of a check-in, and why. */
export const ARRIVALS: Record<string, Words> = {
  accepted: term("有效", "Accepted"),
  waiting: term("待见证", "Waits for a voucher"),
  refused: term("未通过", "Refused"),
  too_far: term("离现场太远", "Too far away"),
  too_coarse: term("定位不准", "Too inaccurate"),
  too_late: term("上传太晚", "Sent too late"),
  no_position: term("没有定位", "No position"),
  clock_ahead: term("手机时间超前", "The device's clock is ahead"),
  before_whistle: term("早于吹哨", "Before the whistle"),
  needs_vouch: term("需要见证", "Needs a voucher"),
  offline: term("离线", "Offline"),
  clock_corrected: term("时间已校正", "The clock was corrected"),
};

export const FINDINGS: Record<string, Words> = {
  address_unsure: term("地址不确定", "Address unsure"),
  address_unknown: term("查无此地址", "No such address"),
  no_street_office: term("没有街道办", "No street office"),
  position_far_from_address: term("位置与地址相距较远", "Position far from address"),
  possible_duplicate: term("可能重复", "Possible duplicate"),
  matter_not_admitted: term("不在准入清单", "Matter not admitted"),
};

/** What a hit of the search is besides. */
export const HITS: Record<string, Words> = {
  ...STAGES,
  ...WHISTLE_STAGES,
  grid_worker: term("网格员", "Grid worker"),
  lane_chief: term("街巷长", "Lane chief"),
  district: term("区县", "District"),
  street: term("街道", "Street"),
  community: term("社区", "Community"),
  station: term("派驻机构", "Station"),
  street_office: term("街道办事处", "Street office"),
  department: term("部门", "Department"),
  enterprise: term("企业", "Enterprise"),
  government: term("政府", "Government"),
};

/** The words of the field, one for each term, as the glossary has them. */
import type { Words } from "./words";

const term = (zh: string, en: string): Words => ({ zh, en });

export const STAGES: Record<string, Words> = {
  reported: term("已上报", "Reported"),
  filed: term("已立案", "Filed"),
  dispatched: term("已派遣", "Dispatched"),
  handling: term("处置中", "Handling"),
  fed_back: term("已反馈", "Fed back"),
  verified: term("已核查", "Verified"),
  closed: term("已结案", "Closed"),
  rejected: term("不予立案", "Rejected"),
  suspended: term("已挂起", "Suspended"),
  merged: term("已并案", "Merged"),
};

/** Of whistles and of summons, as the story's own (`gridgov/story/words.py`) has them. */
export const WHISTLE_STAGES: Record<string, Words> = {
  drafted: term("待确认", "To be confirmed"),
  blown: term("已吹哨", "Blown"),
  closing: term("销哨中", "Closing"),
  closed: term("已销哨", "Closed"),
  withdrawn: term("已撤哨", "Withdrawn"),
  pending: term("待发出", "Pending"),
  summoned: term("已召集", "Summoned"),
  acknowledged: term("已签收", "Acknowledged"),
  on_site: term("已到场", "On site"),
  measured: term("已报措施", "Measure filed"),
  released: term("已放行", "Released"),
  excused: term("已免除", "Excused"),
  rated: term("已评价", "Rated"),
};

/** What is due next, of cases and of whistles. */
export const STEPS: Record<string, Words> = {
  file: term("立案", "File"),
  dispatch: term("派遣", "Dispatch"),
  accept: term("接单", "Accept"),
  handle: term("处置", "Handle"),
  verify: term("核查", "Verify"),
  close: term("结案", "Close"),
  resume: term("恢复办理", "Resume"),
  confirm: term("确认", "Confirm"),
  acknowledge: term("签收", "Acknowledge"),
  check_in: term("报到", "Check in"),
  measure: term("填报措施", "File a measure"),
};

export const PLACEMENTS: Record<string, Words> = {
  located: term("已定位", "Located"),
  doubtful: term("临近边界存疑", "Doubtful, near a border"),
  crossing: term("跨网格", "Across cells"),
  outside: term("网格之外", "Outside every cell"),
  unplaced: term("位置不明", "Place unknown"),
};

export const CHANNELS: Record<string, Words> = {
  grid_worker: term("网格员上报", "Grid worker"),
  hotline_12345: term("12345 热线", "12345 hotline"),
  resident_app: term("市民随手拍", "Resident's app"),
  camera: term("视频发现", "Camera"),
  inspection: term("巡查督查", "Inspection"),
  proactive: term("未诉先办", "Proactive"),
};

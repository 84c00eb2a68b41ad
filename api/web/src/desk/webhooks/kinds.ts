/** The kinds of message, as the house names them (gridgov/messages/words.toml). */
import type { Option } from "../../shared/ui/forms";
import { said, type Words } from "../../shared/words";

const k = (value: string, zh: string, en: string): Option & { words: Words } => ({ value, words: { zh, en } });

/** What a program may ask for: all of a noun, or one kind. */
export const KINDS: readonly Option[] = [
  k("case.*", "案卷的一切", "All of cases"),
  k("whistle.*", "吹哨的一切", "All of whistles"),
  k("case.filed", "立案", "Case filed"),
  k("case.rejected", "不予受理", "Report rejected"),
  k("case.dispatched", "派遣", "Case dispatched"),
  k("case.dispatched_against_list", "不按清单派遣", "Dispatched against the list"),
  k("case.returned", "退单", "Case returned"),
  k("case.fed_back", "反馈", "Fed back"),
  k("case.verified", "核查通过", "Verified"),
  k("case.sent_back", "核查不通过", "Sent back"),
  k("case.closed", "结案", "Case closed"),
  k("case.reopened", "重新办理", "Reopened"),
  k("case.suspended", "挂起", "Suspended"),
  k("case.resumed", "恢复办理", "Resumed"),
  k("case.extension_asked", "申请延期", "Extension asked for"),
  k("case.extension_granted", "批准延期", "Extension granted"),
  k("case.extension_refused", "驳回延期", "Extension refused"),
  k("case.urged", "催办", "Urged"),
  k("case.supervised", "督办", "Supervised"),
  k("case.overdue", "超时", "Late"),
  k("case.merged", "并案", "Merged"),
  k("case.unmerged", "拆案", "Taken apart"),
  k("case.relocated", "更正位置", "Place corrected"),
  k("whistle.drafted", "联合哨起草", "Combined whistle drafted"),
  k("whistle.summoned", "吹哨召集", "Summoned"),
  k("whistle.summons_chosen", "选定应哨机构", "Who is summoned was chosen"),
  k("whistle.lead_wanted", "待定牵头", "A lead is wanted"),
  k("whistle.lead_chosen", "确定牵头", "The lead was chosen"),
  k("whistle.vouch_wanted", "请证明到场", "Vouching is wanted"),
  k("whistle.vouched", "已证明到场", "Vouched for"),
  k("whistle.leave_refused", "未放行离场", "Left before the release"),
  k("whistle.measure_filed", "填报措施", "Measure filed"),
  k("whistle.released", "放行", "Released"),
  k("whistle.excused", "免于到场", "Excused"),
  k("whistle.rated", "评价", "Rated"),
  k("whistle.side_closed", "一方销哨", "One side closed"),
  k("whistle.closed", "销哨", "Whistle closed"),
  k("whistle.acted_above", "上级代办", "Acted in its place"),
  k("whistle.side_withdrawn", "一方请求撤哨", "One side withdraws"),
  k("whistle.withdrawn", "撤销吹哨", "Whistle withdrawn"),
  k("whistle.escalated", "吹哨升级", "Whistle escalated"),
  k("whistle.late", "吹哨超时", "Late for a whistle"),
  k("audit.head", "当日封印", "The day's seal"),
];

/** What a kind is called; the code of one that is not known here. */
export function kindName(code: string): string {
  return said(KINDS.find((one) => one.value === code)?.words) || code;
}

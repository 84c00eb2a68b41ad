/** Where something stands, in words, for whoever compares it with what they wanted. */
import { STAGES, WHISTLE_STAGES } from "../shared/terms";
import { dayTime } from "../shared/time";
import { said, type Words } from "../shared/words";

/** Of a shift, of a patrol, and of a summons. */
const MOMENTS: [string, Words][] = [
  ["started_at", { zh: "开始", en: "Begun" }],
  ["ended_at", { zh: "结束", en: "Ended" }],
  ["acknowledged_at", { zh: "签收", en: "Acknowledged" }],
  ["arrived_at", { zh: "到场", en: "Arrived" }],
  ["measured_at", { zh: "填报", en: "Filed" }],
  ["released_at", { zh: "放行", en: "Released" }],
  ["left_at", { zh: "离场", en: "Left" }],
];

/** Of a case; of a whistle, and of the summons of one organisation. */
const STAGED: [string, Words, Record<string, Words>][] = [
  ["stage", { zh: "阶段", en: "Stage" }, STAGES],
  ["whistle_stage", { zh: "哨", en: "Whistle" }, WHISTLE_STAGES],
  ["organisation", { zh: "单位", en: "Organisation" }, {}],
  ["summons_stage", { zh: "召集", en: "Summons" }, WHISTLE_STAGES],
];

/** Words for what the server says of a case, of a shift, of a patrol, or of a summons. */
export function standingWords(
  stored: Record<string, unknown>,
  nameOf: (organisation: string) => string | undefined = () => undefined,
): [Words, string][] {
  const rows: [Words, string][] = [];
  for (const [field, words, terms] of STAGED) {
    const value = stored[field];
    if (typeof value === "string") rows.push([words, said(terms[value]) || value]);
  }
  const handler = stored["handling_organisation_code"];
  if (typeof handler === "string") rows.push([{ zh: "处置单位", en: "In whose hands" }, nameOf(handler) ?? handler]);
  const due = stored["deadline_at"];
  if (typeof due === "string") rows.push([{ zh: "时限", en: "Until" }, dayTime(due)]);
  const revision = stored["revision"];
  if (typeof revision === "number") rows.push([{ zh: "版本", en: "Revision" }, String(revision)]);
  for (const [name, words] of MOMENTS) {
    const at = stored[name];
    if (typeof at === "string") rows.push([words, dayTime(at)]);
  }
  const measure = stored["measure"];
  if (typeof measure === "string") rows.push([{ zh: "措施", en: "Measure" }, measure]);
  return rows;
}

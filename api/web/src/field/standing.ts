/** Where something stands, in words, for whoever compares it with what they wanted. */
import { STAGES } from "../shared/terms";
import { dayTime } from "../shared/time";
import { said, type Words } from "../shared/words";

/** Of a shift, and of a patrol. */
const MOMENTS: [string, Words][] = [
  ["started_at", { zh: "开始", en: "Begun" }],
  ["ended_at", { zh: "结束", en: "Ended" }],
];

/** Words for what the server says of a case, of a shift, or of a patrol. */
export function standingWords(stored: Record<string, unknown>): [Words, string][] {
  const stage = stored["stage"];
  const rows: [Words, string][] = [];
  if (typeof stage === "string") rows.push([{ zh: "阶段", en: "Stage" }, said(STAGES[stage]) || stage]);
  const handler = stored["handling_organisation_code"];
  if (typeof handler === "string") rows.push([{ zh: "处置单位", en: "In whose hands" }, handler]);
  const due = stored["deadline_at"];
  if (typeof due === "string") rows.push([{ zh: "时限", en: "Until" }, dayTime(due)]);
  const revision = stored["revision"];
  if (typeof revision === "number") rows.push([{ zh: "版本", en: "Revision" }, String(revision)]);
  for (const [name, words] of MOMENTS) {
    const at = stored[name];
    if (typeof at === "string") rows.push([words, dayTime(at)]);
  }
  return rows;
}

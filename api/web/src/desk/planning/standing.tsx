/** How far a draft has come, and what stands in its way. */
import { dayTime } from "../../shared/time";
import { Badge } from "../../shared/ui/basics";
import { said, say } from "../../shared/words";
import { type Draft, overtakenBy, STATES, TONES, type Version } from "./drafts_known";

export function Standing({ draft, versions }: { draft: Draft; versions: readonly Version[] }) {
  const faults = draft.faults.length;
  return (
    <span class="ui-row">
      <Badge tone={TONES[draft.state]}>{said(STATES[draft.state])}</Badge>
      {faults > 0 && (
        <Badge tone="alert">{say(`${faults} 处错误`, faults === 1 ? "1 fault" : `${faults} faults`)}</Badge>
      )}
      {overtakenBy(draft, versions) && <Badge tone="warn">{say("非最新版", "Behind the grid")}</Badge>}
    </span>
  );
}

/** From when a draft is in force, or is to be. */
export function begins(draft: Draft): string {
  if (draft.publish_at) return dayTime(draft.publish_at);
  return draft.state === "approved" ? say("发布时起", "When published") : "–";
}

/** Why an act was not done and what to do now; where somebody was quicker, what they made of it beside what was wanted. */
import { Problem, SomebodyElse, Unreachable } from "../shared/api";
import { tongueOf } from "../shared/heard";
import { STAGES, WHISTLE_STAGES } from "../shared/terms";
import { LoginAfter } from "../shared/ui/basics";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { said, say, type Words } from "../shared/words";
import { again, open, refused } from "./acting";
import { Line } from "./Line";
import { ARRIVALS } from "./saying";
import { nameOf } from "./state";

/** By the server's own names of problems: nothing is lost, and this is what helps. */
const HELP: Record<string, Words> = {
  "rule-forbids": {
    zh: "按规定现在不能这样办，没有办成。看清原因，改好再确认，或改办别的；您填的还在。",
    en: "The rules forbid this now: not done. Read why, then change it and confirm, or do something else; what you filled in is still here.",
  },
  conflict: {
    zh: "没有办：已经办过，或与现有的相冲突。请看现在的情况；您填的还在。",
    en: "Not done: it was done already, or contradicts what is there. See how it stands now; what you filled in is still here.",
  },
  "not-allowed": {
    zh: "没有办：您不能代表这一方。请有权限的人来办；您填的还在。",
    en: "Not done: you do not act for this one. Ask somebody who does; what you filled in is still here.",
  },
  "invalid-input": {
    zh: "没有办：有一处填得不对。改好后再确认；您填的还在。",
    en: "Not done: something is filled in wrongly. Mend it and confirm again; what you filled in is still here.",
  },
};
const AWAY: Words = {
  zh: "服务器没有应答，不知道是否办成。网络恢复后再确认一次：重复发送也只办一次。",
  en: "The server does not answer: nobody knows whether it was done. Confirm again once the network is back: however often it is sent, it is done once.",
};

export function Refusal() {
  const found = refused.value;
  if (!found) return null;
  return (
    <div class="c-refusal" role="alert">
      <p>
        <strong>{said(helpFor(found.error))}</strong>
      </p>
      <Why error={found.error} />
      {found.error instanceof SomebodyElse && <LoginAfter error={found.error} />}
      {found.both && <Both yours={found.both.yours} stored={found.both.stored} />}
    </div>
  );
}

function helpFor(error: unknown): Words {
  if (error instanceof Unreachable) return AWAY;
  if (error instanceof SomebodyElse) return wordsOf(error);
  return (error instanceof Problem ? HELP[error.kind] : undefined) ?? wordsOf(error);
}

/** What the server says of why: of arrivals and leavings in our words first, else its own sentence. */
function Why({ error }: { error: unknown }) {
  const [told] = error instanceof Problem ? error.details : [];
  const reasons = Array.isArray(told?.reasons) ? (told.reasons as string[]) : [];
  const held = Array.isArray(told?.still_held_by) ? (told.still_held_by as string[]) : [];
  const away = typeof told?.distance_m === "number" ? Math.round(told.distance_m) : null;
  return (
    <>
      {reasons.length > 0 && (
        <p>
          {say("没有算作到场，这次已记下：", "It does not count as an arrival, and was written down: ")}
          {reasons.map((reason) => said(ARRIVALS[reason]) || reason).join(say("、", ", "))}
          {away !== null && say(`（距现场 ${away} 米）`, ` (${away} m from the place)`)}
        </p>
      )}
      {held.length > 0 && (
        <p>
          {say(
            "未放行不得离场，这次已记下。等它放行：",
            "Nobody leaves before release; this was written down. Held by: ",
          )}
          {held.map(nameOf).join(say("、", ", "))}
        </p>
      )}
      {detailsOf(error).map((line) => (
        <p key={line}>
          <small lang={tongueOf(line)}>{line}</small>
        </p>
      ))}
    </>
  );
}

function Both({ yours, stored }: { yours: Record<string, unknown>; stored: Record<string, unknown> }) {
  const wanted = open.value;
  const stages = wanted?.target.kind === "whistle" ? WHISTLE_STAGES : STAGES;
  const stage = text(stored.stage);
  return (
    <>
      <dl class="c-facts">
        <Line label={say("您要做的", "You wanted")} value={said(wanted?.act.words)} />
        <Line label={say("您看到的版本", "You saw version")} value={text(yours.revision)} />
        <Line label={say("现在的版本", "It is now at")} value={text(stored.revision)} />
        <Line label={say("现在的阶段", "Its stage is now")} value={said(stages[stage]) || stage} />
        <Line label={say("现在承办", "Handled now by")} value={nameOf(text(stored.handling_organisation_code))} />
      </dl>
      <button type="button" onClick={again}>
        {say("按现在的情况仍要办", "Do it all the same")}
      </button>
    </>
  );
}

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

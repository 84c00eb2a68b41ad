import { STAGES, STEPS } from "../shared/terms";
import { fullTime } from "../shared/time";
import { said, say } from "../shared/words";
import type { Story } from "./chosen";
import { Countdown } from "./Left";
import { FINDINGS } from "./saying";
import { matters, nameOf } from "./state";
import { Timeline } from "./Timeline";
import { look } from "./view";

export function CasePanel({ story }: { story: Story }) {
  const { incident } = story;
  return (
    <article class="c-case" aria-labelledby="case-title">
      <header>
        <h2 id="case-title">{matters.value.get(incident.matter_code ?? "")?.name ?? incident.number}</h2>
        <button type="button" class="c-close" aria-label={say("关闭", "Close")} onClick={() => look(null)}>
          ✕
        </button>
      </header>
      <p class="c-number">{incident.number}</p>
      <p class="c-standing">
        <strong class="c-stage" data-stage={incident.stage}>
          {said(STAGES[incident.stage])}
        </strong>
        {incident.deadline_at && (
          <span>
            {said(STEPS[incident.due_kind ?? ""])} <Countdown at={incident.deadline_at} />
          </span>
        )}
      </p>
      <p class="c-text">{incident.text}</p>
      <dl class="c-facts">
        <Line label={say("地址", "Address")} value={incident.address} />
        <Line label={say("网格", "Cell")} value={incident.cell_code} />
        <Line label={say("上报", "Reported")} value={fullTime(incident.reported_at)} />
        <Line label={say("主责", "Lead")} value={nameOf(incident.lead_organisation_code)} />
        <Line label={say("承办", "Handled by")} value={nameOf(incident.handling_organisation_code)} />
        <Line
          label={say("待核对", "To be looked at")}
          value={incident.findings.map((one) => said(FINDINGS[one]) || one).join(say("、", ", "))}
        />
      </dl>
      <Timeline story={story} />
    </article>
  );
}

export function Line({ label, value }: { label: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}

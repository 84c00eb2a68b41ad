import { dayTime, fullTime, span } from "../shared/time";
import { CHANNELS, PLACEMENTS, STAGES, STEPS } from "../shared/terms";
import { said, say } from "../shared/words";
import { Acts } from "./Acts";
import { Blow } from "./Blow";
import type { Story } from "./chosen";
import { Evidence } from "./Evidence";
import { Countdown } from "./Left";
import { Line } from "./Line";
import { caseActs, likelyFor } from "./prospects";
import { Reporter } from "./Reporter";
import { FINDINGS } from "./saying";
import { chosen, type Incident, matters, nameOf, past } from "./state";
import { Timeline } from "./Timeline";
import { look } from "./view";
import { WhistlePanel } from "./WhistlePanel";

export function CasePanel({ story }: { story: Story }) {
  const { incident } = story;
  const whistleFirst = chosen.value?.kind === "whistle";
  const whistles = [...story.whistles].sort(
    (one, other) => Number(other.whistle.id === chosen.value?.id) - Number(one.whistle.id === chosen.value?.id),
  );
  const panels = whistles.map((held) => <WhistlePanel key={held.whistle.id} held={held} />);
  return (
    <article class="c-case" aria-labelledby="case-title">
      <Head incident={incident} />
      {past.value && (
        <p class="c-then">{say("这是当时的情况，不能办理。", "This is how it was then: nothing can be done here.")}</p>
      )}
      {whistleFirst && panels}
      {!past.value && <CaseActs story={story} />}
      {!past.value && <Blow story={story} />}
      <Place incident={incident} />
      {!past.value && <Reporter key={incident.id} incident={incident} />}
      {!whistleFirst && panels}
      <Evidence items={story.evidence} />
      <Hops incident={incident} />
      <Timeline story={story} />
    </article>
  );
}

function Head({ incident }: { incident: Incident }) {
  return (
    <>
      <header>
        <h2 id="case-title" tabIndex={-1}>
          {matters.value.get(incident.matter_code ?? "")?.name ?? incident.number}
        </h2>
        <button type="button" class="c-close" aria-label={say("关闭案件", "Close the case")} onClick={() => look(null)}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <p class="c-number">{incident.number}</p>
      <p class="c-standing">
        <strong class="c-stage" data-stage={incident.stage}>
          {said(STAGES[incident.stage])}
        </strong>
        {incident.priority !== null && <span>{say(`${incident.priority} 级`, `Priority ${incident.priority}`)}</span>}
        {incident.deadline_at && (
          <span>
            {said(STEPS[incident.due_kind ?? ""])} <Countdown at={incident.deadline_at} />
          </span>
        )}
      </p>
      <p class="c-text">{incident.text}</p>
    </>
  );
}

function CaseActs({ story }: { story: Story }) {
  return (
    <Acts
      title={say("现在可以办", "What you may do now")}
      target={{ kind: "case", id: story.incident.id, etag: story.etag }}
      acts={caseActs(story)}
      organisations={likelyFor(story)}
    />
  );
}

function Place({ incident }: { incident: Incident }) {
  const findings = incident.findings.map((one) => said(FINDINGS[one]) || one).join(say("、", ", "));
  const channel = said(CHANNELS[incident.channel]) || incident.channel;
  return (
    <dl class="c-facts">
      <Line label={say("地址", "Address")} value={incident.address} />
      <Line label={say("网格", "Cell")} value={incident.cell_code} />
      <Line label={say("街道", "Street")} value={nameOf(incident.cell_code?.slice(0, 9))} />
      <Line label={say("定位", "Placement")} value={said(PLACEMENTS[incident.placement])} />
      <Line label={say("上报", "Reported")} value={`${fullTime(incident.reported_at)} · ${channel}`} />
      <Line label={say("主责", "Lead")} value={nameOf(incident.lead_organisation_code)} />
      <Line label={say("承办", "Handled by")} value={nameOf(incident.handling_organisation_code)} />
      <Line label={say("首派负责", "First dispatched")} value={nameOf(incident.first_organisation_code)} />
      <Line label={say("待核对", "To be looked at")} value={findings} />
    </dl>
  );
}

/** Whose hands it went through, and how long it lay in each. */
function Hops({ incident }: { incident: Incident }) {
  if (incident.hops.length === 0) return null;
  return (
    <table class="c-table">
      <caption>{say("经手单位", "Whose hands it went through")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("单位", "Organisation")}</th>
          <th scope="col">{say("派遣", "Dispatched")}</th>
          <th scope="col">{say("等待 / 在手", "Waited / held")}</th>
        </tr>
      </thead>
      <tbody>
        {incident.hops.map((hop) => (
          <tr key={hop.seq}>
            <th scope="row">{nameOf(hop.organisation_code)}</th>
            <td>{dayTime(hop.dispatched_at)}</td>
            <td>
              {span(hop.waited_s)} / {hop.held_s === null ? "–" : span(hop.held_s)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

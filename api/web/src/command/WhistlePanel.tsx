/** One whistle: whose it is, who has confirmed, who has come and from how far, what each did, and what can be done. */
import { countdown, dayTime, span } from "../shared/time";
import { said, say } from "../shared/words";
import { Acts, type Possible } from "./Acts";
import { WHISTLE_ACTS } from "./acts";
import type { Held, WhistleAct } from "./chosen";
import { Footprint, sideColour } from "./Footprint";
import { Countdown } from "./Left";
import { CODES, WHISTLE_STAGES } from "./saying";
import { chosen, kinds, past, pointInTime, type Whistle } from "./state";
import { nameOfKind } from "./Blow";
import { look } from "./view";
import { arrivedOf, nextDue } from "./whistles";

/** The names of acts in the lifecycle, where the last part of their address is another. */
const ADDRESSES: Record<string, string> = {
  choose_lead: "lead",
  choose_summons: "summons",
  check_in: "check-in",
  measure: "measures",
  file_measure: "measures",
};

export function WhistlePanel({ held }: { held: Held }) {
  const { whistle } = held;
  const kind = kinds.value.find((one) => one.code === whistle.kind);
  const due = nextDue(whistle);
  const large = chosen.value?.kind === "whistle" && chosen.value.id === whistle.id;
  const [here, all] = arrivedOf(whistle);
  const confirmed = whistle.sides.filter((side) => side.confirmed_at).length;
  return (
    <section
      class={`c-whistle ${large ? "large" : ""}`}
      aria-labelledby={`whistle-${whistle.id}`}
      data-whistle={whistle.id}
    >
      <h3 id={`whistle-${whistle.id}`}>
        {whistle.combined && <b class="c-combined">{say("联合哨", "Combined")}</b>}{" "}
        {kind ? nameOfKind(kind) : whistle.kind}
      </h3>
      <p class="c-standing">
        <strong class="c-stage">{said(WHISTLE_STAGES[whistle.stage])}</strong>
        {due && <Countdown at={due} />}
        <span>
          {whistle.stage === "drafted"
            ? say(
                `${confirmed}/${whistle.sides.length} 方已确认`,
                `${confirmed} of ${whistle.sides.length} sides confirmed`,
              )
            : say(`${here}/${all} 家已到场`, `${here} of ${all} on site`)}
        </span>
        {!large && (
          <button type="button" class="c-small" onClick={() => look({ kind: "whistle", id: whistle.id })}>
            {say("打开吹哨页", "Open the whistle")}
          </button>
        )}
      </p>
      {whistle.combined && <Footprint whistle={whistle} />}
      <Sides whistle={whistle} />
      <Summons whistle={whistle} />
      {!past.value && <WhistleActs held={held} />}
    </section>
  );
}

function Sides({ whistle }: { whistle: Whistle }) {
  return (
    <table class="c-table">
      <caption>{say("各方", "Sides")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("街道", "Street")}</th>
          <th scope="col">{say("份额", "Share")}</th>
          <th scope="col">{say("确认", "Confirmed")}</th>
        </tr>
      </thead>
      <tbody>
        {whistle.sides.map((side, at) => (
          <tr key={side.street_code}>
            <th scope="row">
              <i class="c-swatch" style={{ background: sideColour(at) }} /> {side.street_name ?? side.street_code}
              {side.leads && <small> {say("牵头", "leads")}</small>}
            </th>
            <td>{(side.share * 100).toFixed(1)}%</td>
            <td>
              {side.confirmed_at ? (
                `✓ ${dayTime(side.confirmed_at)}${side.confirmed_above ? say("（上级代）", " (from above)") : ""}`
              ) : side.confirm_due_at && whistle.stage === "drafted" ? (
                <Countdown at={side.confirm_due_at} />
              ) : (
                "–"
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Summons({ whistle }: { whistle: Whistle }) {
  return (
    <table class="c-table">
      <caption>{say("召集单位", "Who is summoned")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("单位", "Organisation")}</th>
          <th scope="col">{say("到场", "On site")}</th>
          <th scope="col">{say("做了什么", "What it did")}</th>
        </tr>
      </thead>
      <tbody>
        {whistle.summons.map((one) => (
          <tr key={one.organisation_code}>
            <th scope="row">
              {one.name}
              {one.leads && <small> {say("主责", "lead")}</small>}
              <br />
              <small>{said(WHISTLE_STAGES[one.stage])}</small>
            </th>
            <td>
              <Arrival whistle={whistle} summons={one} />
            </td>
            <td>
              <Done whistle={whistle} code={one.organisation_code} due={one.measured_at ? null : one.measure_due_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Arrival({ whistle, summons }: { whistle: Whistle; summons: Whistle["summons"][number] }) {
  const tries = whistle.check_ins.filter((one) => one.organisation_code === summons.organisation_code);
  const counted = tries.find((one) => one.arrived_at);
  const refused = tries.filter((one) => one.verdict === "refused");
  const metres = counted?.distance_m ?? null;
  return (
    <>
      {summons.arrived_at ? (
        <span>
          ✓ {dayTime(summons.arrived_at)}
          {metres !== null && say(`，距现场 ${Math.round(metres)} 米`, `, ${Math.round(metres)} m away`)}
          {summons.time_to_scene_s !== null && (
            <small> {say(`用时 ${span(summons.time_to_scene_s)}`, `in ${span(summons.time_to_scene_s)}`)}</small>
          )}
        </span>
      ) : summons.due_at && summons.stage !== "excused" ? (
        whistle.stage === "drafted" ? (
          <small>
            {say(`确认后发出，限 ${dayTime(summons.due_at)}`, `once confirmed, until ${dayTime(summons.due_at)}`)}
          </small>
        ) : (
          <Countdown at={summons.due_at} />
        )
      ) : (
        "–"
      )}
      {refused.map((one) => (
        <small key={one.id} class="c-refused">
          ▲ {say("未通过：", "Refused: ")}
          {one.reasons.map((reason) => said(CODES[reason]) || reason).join(say("、", ", "))}
          {one.distance_m !== null && say(`（${Math.round(one.distance_m)} 米）`, ` (${Math.round(one.distance_m)} m)`)}
        </small>
      ))}
    </>
  );
}

function Done({ whistle, code, due }: { whistle: Whistle; code: string; due: string | null }) {
  const measures = whistle.measures.filter((one) => one.organisation_code === code);
  const ratings = whistle.ratings.filter((one) => one.organisation_code === code);
  if (measures.length === 0 && due === null) return <>–</>;
  return (
    <>
      {measures.map((one) => (
        <p key={one.id}>
          {one.text} <small>{dayTime(one.at)}</small>
        </p>
      ))}
      {measures.length === 0 && due && (
        <small>
          {say("措施", "Measure")} {countdown(due, pointInTime.value)}
        </small>
      )}
      {ratings.map((one) => (
        <small key={one.seq}>
          {say(`评分 ${one.score}：`, `Rated ${one.score}: `)}
          {one.words}
        </small>
      ))}
    </>
  );
}

function WhistleActs({ held }: { held: Held }) {
  const { whistle, acts, etag } = held;
  if (!acts) return null;
  // One street alone has nobody to agree with about the lead.
  const known = possibleOf(acts).filter(({ act }) => act.name !== "lead" || whistle.sides.length > 1);
  return (
    <Acts
      title={say("对这声哨可以", "What you may do with the whistle")}
      target={{ kind: "whistle", id: whistle.id, etag }}
      acts={known}
      organisations={whistle.summons.map((one) => one.organisation_code)}
      streets={whistle.sides.map((side) => side.street_code)}
    />
  );
}

/** One button for each act, however many sides or organisations it can be done for. */
function possibleOf(acts: readonly WhistleAct[]): Possible[] {
  return WHISTLE_ACTS.flatMap((act): Possible[] => {
    const found = acts.filter((one) => (ADDRESSES[one.act] ?? one.act) === act.name);
    const [can] = found.filter(({ possible }) => possible);
    const [any] = found;
    if (!any) return [];
    const values: Record<string, string> = {};
    if (can?.street_code) values.street_code = can.street_code;
    if (can?.organisation_code) values.organisation_code = can.organisation_code;
    return [{ act, possible: can !== undefined, whyNot: any.why_not, values, atOnce: !can?.in_stead && !act.grave }];
  });
}

/** Whoever was summoned: who has come, from how far and when; what each did, who let it go, how it was rated. */
import type { ComponentChildren } from "preact";
import { WHISTLE_STAGES } from "../shared/terms";
import { countdown, dayTime, span } from "../shared/time";
import { said, say } from "../shared/words";
import { Countdown } from "./Left";
import { ARRIVALS } from "./saying";
import { nameOf, pointInTime, type Whistle } from "./state";

type One = Whistle["summons"][number];

export function Summons({ whistle }: { whistle: Whistle }) {
  return (
    <table class="c-table c-summons">
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
          <tr key={one.organisation_code} data-organisation={one.organisation_code}>
            <th scope="row">
              {one.name}
              {one.leads && <b class="c-leads">{say("主责", "lead")}</b>}
              <small class="c-aside" data-stage={one.stage}>
                {said(WHISTLE_STAGES[one.stage])}
              </small>
            </th>
            <td>
              <Arrival whistle={whistle} summons={one} />
            </td>
            <td>
              <Done whistle={whistle} summons={one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const DONE_WITH = new Set(["excused", "withdrawn", "released", "rated"]);

function Arrival({ whistle, summons }: { whistle: Whistle; summons: One }) {
  const tries = whistle.check_ins.filter((one) => one.organisation_code === summons.organisation_code);
  const counted = tries.find((one) => one.arrived_at && one.verdict !== "refused");
  return (
    <>
      <Came whistle={whistle} summons={summons} metres={counted?.distance_m ?? null} />
      {counted?.vouched_by && (
        <small class="c-aside">{say(`${counted.vouched_by} 见证`, `${counted.vouched_by} vouched`)}</small>
      )}
      {!summons.arrived_at &&
        tries
          .filter((one) => one.verdict === "waiting")
          .map((one) => (
            <small key={one.id} class="c-aside">
              ◔{" "}
              {say(
                `${dayTime(one.device_at)} 报到，待在场的人见证`,
                `here since ${dayTime(one.device_at)}: somebody on site must vouch`,
              )}
            </small>
          ))}
      {tries
        .filter((one) => one.verdict === "refused")
        .map((one) => (
          <small key={one.id} class="c-refused">
            ▲ {say("未通过：", "Refused: ")}
            {one.reasons.map((reason) => said(ARRIVALS[reason]) || reason).join(say("、", ", "))}
            {one.distance_m !== null &&
              say(`（${Math.round(one.distance_m)} 米）`, ` (${Math.round(one.distance_m)} m)`)}
          </small>
        ))}
    </>
  );
}

function Came({ whistle, summons, metres }: { whistle: Whistle; summons: One; metres: number | null }) {
  if (summons.arrived_at) {
    return (
      <span>
        ✓ {dayTime(summons.arrived_at)}
        {metres !== null && say(`，距现场 ${Math.round(metres)} 米`, `, ${Math.round(metres)} m away`)}
        {summons.time_to_scene_s !== null && (
          <small> {say(`用时 ${span(summons.time_to_scene_s)}`, `in ${span(summons.time_to_scene_s)}`)}</small>
        )}
      </span>
    );
  }
  if (DONE_WITH.has(summons.stage)) return <>–</>;
  if (whistle.stage === "drafted") return <small>{say("各方确认后发出", "once all sides confirm")}</small>;
  return summons.due_at ? <Countdown at={summons.due_at} /> : <>–</>;
}

function Done({ whistle, summons }: { whistle: Whistle; summons: One }) {
  const mine = (one: { organisation_code: string }): boolean => one.organisation_code === summons.organisation_code;
  const due = summons.measured_at || DONE_WITH.has(summons.stage) ? null : summons.measure_due_at;
  const lines: ComponentChildren[] = [
    ...whistle.measures.filter(mine).map((one) => (
      <p key={one.id}>
        {one.text} <small>{dayTime(one.at)}</small>
      </p>
    )),
    ...whistle.attempts.filter(mine).map((one) => (
      <small key={one.id} class="c-refused">
        ▲ {say(`${dayTime(one.at)} 未放行想离场`, `tried to leave unreleased, ${dayTime(one.at)}`)}
      </small>
    )),
    ...whistle.releases.filter(mine).map((one) => (
      <small key={`${one.street_code}${one.at}`} class="c-aside">
        {one.excused ? say("免除：", "Excused: ") : say("放行：", "Released: ")}
        {nameOf(one.street_code)} {dayTime(one.at)}
        {one.reason && say(`（${one.reason}）`, ` (${one.reason})`)}
      </small>
    )),
    ...whistle.ratings.filter(mine).map((one) => (
      <small key={`${one.street_code}${one.seq}`} class="c-aside">
        {say(`${nameOf(one.street_code)}评 ${one.score} 分：`, `${nameOf(one.street_code)} rates ${one.score}: `)}
        {one.words}
      </small>
    )),
  ];
  if (due) {
    lines.unshift(
      <small key="due" class={Date.parse(due) < pointInTime.value ? "c-refused" : "c-aside"}>
        {say("措施", "Measure")} {countdown(due, pointInTime.value)}
      </small>,
    );
  }
  return lines.length ? <>{lines}</> : <>–</>;
}

/** Whistles that call me or lie where I work: how far, how long still, and whether a check-in would count. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { STEPS, WHISTLE_STAGES } from "../../shared/terms";
import { toast } from "../../shared/ui/toasts";
import { said, say, type Words } from "../../shared/words";
import { arrival, whistleAct } from "../acts";
import { begin, begunOf } from "../begun";
import type { Called, Summons } from "../carried";
import { circleMark, mark, pointMark } from "../map/marks";
import { MapView } from "../map/map-view";
import { isOpen } from "../outbox/items";
import { holder, mine, post, today } from "../phone";
import { askedOf, keptWords, useOnce } from "../pressing";
import { LACKS } from "../report/place-part";
import { actsOf, type Reach, reachOf } from "../sites";
import { fix, fixNow, lack, look } from "../where";
import { LeftOver } from "./left-over";
import { MeasureDialog } from "./measure-dialog";
import { Day, Due } from "./parts";

export function Whistles() {
  useEffect(() => look(), []);
  const whistles = today.value?.whistles ?? [];
  const upon = begunOf("measure");
  return (
    <>
      <h1 class="f-title">{say(`哨 ${whistles.length} 个`, `Whistles: ${whistles.length}`)}</h1>
      <Day>
        {whistles.length === 0 && <p class="f-card">{say("现在没有哨。", "No whistle calls now.")}</p>}
        <ul class="f-list">
          {whistles.map((whistle) => (
            <Card key={whistle.whistle_id} whistle={whistle} />
          ))}
        </ul>
      </Day>
      <LeftOver what="measure" />
      {upon && <MeasureDialog upon={upon} />}
    </>
  );
}

function Card({ whistle }: { whistle: Called }) {
  const [map, setMap] = useState(false);
  const reach = reachOf(whistle.site, fix.value);
  const under = mine.value.filter((item) => item.chain === whistle.whistle_id && isOpen(item));
  return (
    <li class="f-card">
      <h2>
        {say(whistle.kind_zh, whistle.kind_en)} · {said(WHISTLE_STAGES[whistle.stage])}
        {whistle.combined && say(" · 联合哨", " · combined")}
      </h2>
      <p class="f-soft">{whistle.number}</p>
      <Distance reach={reach} />
      {whistle.site && (
        <button type="button" aria-expanded={map} onClick={() => setMap(!map)}>
          {map ? say("收起地图", "Hide the map") : say("看地图", "Show the map")}
        </button>
      )}
      {map && whistle.site && <SiteMap site={whistle.site} />}
      {under.length > 0 && (
        <p class="f-doubt" role="status">
          {say("待发送：", "To be sent: ")}
          {under.map((item) => said(item.label)).join(say("、", ", "))}
        </p>
      )}
      <ul class="f-list">
        {mineFirst(whistle.summons).map((summons) => (
          <SummonsRow key={summons.organisation_code} whistle={whistle} summons={summons} reach={reach} />
        ))}
      </ul>
    </li>
  );
}

/** Whom I act for stands above the others. */
function mineFirst(summons: readonly Summons[]): Summons[] {
  return [...summons].sort((one, other) => Number(other.mine) - Number(one.mine));
}

function Distance({ reach }: { reach: Reach }) {
  const here = fix.value;
  const missing = lack.value;
  const away = reach.distanceM;
  return (
    <p>
      {away !== null && (
        <strong>
          {away < 1 ? say("已在现场", "At the site") : say(`距现场 ${metres(away)}`, `${metres(away)} away`)}
        </strong>
      )}
      {here && <span class="f-soft">{say(` 精度 ±${here.accuracyM} 米`, ` ±${here.accuracyM} m`)}</span>}
      {!here && (
        <span class="f-soft">{missing ? said(LACKS[missing]) : say("正在定位…", "Looking for the position…")}</span>
      )}
    </p>
  );
}

function metres(m: number): string {
  return m < 1_000
    ? say(`${Math.round(m)} 米`, `${Math.round(m)} m`)
    : say(`${(m / 1_000).toFixed(1)} 公里`, `${(m / 1_000).toFixed(1)} km`);
}

function SiteMap({ site }: { site: NonNullable<Called["site"]> }) {
  const here = fix.value;
  const marks = useMemo(
    () => [
      circleMark("site", site, site.radius_m),
      site.geometry ? mark("chosen", site.geometry) : pointMark("pin", site),
      ...(site.geometry?.type === "Point" ? [pointMark("pin", site)] : []),
      ...(here ? [circleMark("accuracy", here, here.accuracyM), pointMark("here", here)] : []),
    ],
    [site, here],
  );
  return (
    <div class="f-big-map">
      <MapView label={say("现场位置", "The site")} view={{ centre: site, zoom: 16.5 }} marks={marks} />
    </div>
  );
}

const NAMES: Record<string, Words> = {
  "check-in": { zh: "报到", en: "Check in" },
  acknowledge: { zh: "签收", en: "Acknowledge" },
  measures: { zh: "填报措施", en: "File a measure" },
  leave: { zh: "离场", en: "Leave" },
};

function SummonsRow({ whistle, summons, reach }: { whistle: Called; summons: Summons; reach: Reach }) {
  const organisation = summons.organisation_code;
  const may = holder.value?.permissions ?? [];
  const waits = !summons.mine && !summons.arrived && may.includes("whistle.vouch") && whistle.stage === "blown";
  const asked = askedOf(mine.value, whistle.whistle_id, organisation);
  const [act, busy] = useOnce(async (what: "check-in" | "vouch" | "acknowledge" | "leave") => {
    const owner = holder.value;
    if (!owner) return;
    const at = new Date();
    const made =
      what === "check-in" || what === "vouch"
        ? arrival({ whistle, organisation, act: what }, fixNow(), owner, at)
        : whistleAct({ whistle, organisation, act: what }, owner, at);
    toast(keptWords(await post([made]), made));
  });
  return (
    <li class="f-summons">
      <p class="f-row">
        <strong class="grow">
          {summons.organisation}
          {summons.leads && say("（主责）", " (leads)")}
        </strong>
        <span>{said(WHISTLE_STAGES[summons.stage])}</span>
      </p>
      {summons.due_kind && <Due at={summons.due_at} what={said(STEPS[summons.due_kind])} />}
      <div class="f-row f-acts">
        {actsOf(summons).map((one) => (
          <button
            key={one}
            type="button"
            class={one === "check-in" ? "strong" : ""}
            disabled={busy || asked.has(one)}
            onClick={() => (one === "measures" ? begin({ what: "measure", whistle, organisation }) : act(one))}
          >
            {said(NAMES[one])}
          </button>
        ))}
        {waits && (
          <button type="button" disabled={busy || asked.has("vouch")} onClick={() => act("vouch")}>
            {say("我在现场，为其作证", "I am on site and vouch for them")}
          </button>
        )}
      </div>
      {actsOf(summons).includes("check-in") && reach.against && (
        <p class={reach.hopeless ? "f-late" : "f-doubt"}>⚠ {said(reach.against)}</p>
      )}
    </li>
  );
}

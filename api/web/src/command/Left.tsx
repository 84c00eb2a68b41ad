import { useEffect } from "preact/hooks";
import { STAGES, STEPS } from "../shared/terms";
import { countdown } from "../shared/time";
import { mark } from "../shared/useful";
import { said, say, type Words } from "../shared/words";
import { withheld } from "./keeping";
import { WITHHELD } from "./saying";
import { chosen, type Due, figures, isOfAnother, moment, past, pointInTime, untold, watch } from "./state";
import { look } from "./view";
import { cursor, rowsOfWatch } from "./watching";

export function Left() {
  const shown = figures.value !== null && watch.value !== null;
  useEffect(() => {
    if (shown) mark("useful");
  }, [shown]);
  return (
    <aside class="c-left" aria-label={say("数字与预警", "Figures and what is due")}>
      <Figures />
      <Dues />
    </aside>
  );
}

function Figures() {
  const found = figures.value;
  const { open, combined } = found?.whistles ?? {};
  const ahead = found?.proactive_24h;
  return (
    <section
      class="c-figures"
      aria-busy={isOfAnother("figures")}
      aria-label={say("此刻的数字", "The numbers of the moment")}
    >
      <Figure
        name="reports_24h"
        zh="24 小时上报"
        en="Reports, 24 h"
        value={found?.reports_24h}
        // Cases that were opened before anybody complained are no reports, and never added to them.
        more={ahead ? say(`另有未诉先办 ${ahead}`, `${ahead} more before any complaint`) : ""}
      />
      <Figure name="open" zh="在办案件" en="Open cases" value={found?.open} />
      <Figure name="late" zh="超时案件" en="Late cases" value={found?.late} alert />
      <Figure name="soon" zh="30 分钟内到期案件" en="Cases due in 30 min" value={found?.soon} />
      <Figure
        name="whistles"
        zh="在吹的哨"
        en="Open whistles"
        value={open}
        more={say(`联合 ${combined ?? "–"}`, `${combined ?? "–"} combined`)}
      />
      <Figure name="on_duty" zh="在岗" en="On duty" value={found?.on_duty} />
      <ol class="c-stages" aria-label={say("各阶段在办", "Open cases by stage")}>
        {Object.entries(found?.by_stage ?? {}).map(([stage, count]) => (
          <li key={stage}>
            <span>{said(STAGES[stage])}</span> <strong>{count}</strong>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface FigureProps {
  name: string;
  zh: string;
  en: string;
  value: number | null | undefined;
  alert?: boolean;
  more?: string;
}

function Figure({ name, zh, en, value, alert, more }: FigureProps) {
  return (
    <p class={`c-figure ${alert && value ? "alert" : ""}`} data-figure={name}>
      <strong>{value ?? "–"}</strong>
      <span>{say(zh, en)}</span>
      {more && <small>{more}</small>}
    </p>
  );
}

const UNTOLD: Words = {
  zh: "那一刻有哪些超时、多少在办已无从得知：此后时限规则改过，当时在办的一些案件没有留下当时的时限。地图、吹哨与案件照常可看。",
  en:
    "What was late at that moment is not known any more: rules of time were changed since, and some cases that were " +
    "open then kept no deadline. Map, whistles and cases can be looked at as ever.",
};

function Dues() {
  const { late, soon, lateTotal, soonTotal } = rowsOfWatch.value;
  if (watch.value === null) {
    const gone = past.value && untold.value === moment.value ? UNTOLD : withheld.value.has("watch") ? WITHHELD : null;
    return <p class="c-note">{gone ? said(gone) : say("正在读取……", "Reading …")}</p>;
  }
  return (
    <section class="c-dues" aria-busy={isOfAnother("watch")}>
      <h2>
        {say("超时", "Late")} <strong>{lateTotal}</strong>
      </h2>
      <Rows rows={late} from={0} empty={say("没有超时的事。", "Nothing is late.")} />
      <h2>
        {say("30 分钟内到期", "Due within 30 minutes")} <strong>{soonTotal}</strong>
      </h2>
      <Rows
        rows={soon}
        from={late.length}
        empty={say("半小时内没有到期的事。", "Nothing is due within half an hour.")}
      />
    </section>
  );
}

function Rows({ rows, from, empty }: { rows: readonly Due[]; from: number; empty: string }) {
  if (rows.length === 0) return <p class="c-note">{empty}</p>;
  return (
    <ol class="c-rows">
      {rows.map((row, index) => (
        <li key={keyOf(row)}>
          <Row row={row} at={from + index} />
        </li>
      ))}
    </ol>
  );
}

const keyOf = (row: Due): string =>
  [row.subject, row.incident_id, row.whistle_id, row.organisation_code, row.street_code, row.due_kind].join();

function Row({ row, at }: { row: Due; at: number }) {
  const id = row.whistle_id ?? row.incident_id;
  const current = chosen.value?.id === id;
  return (
    <button
      type="button"
      class={`c-row ${row.emergency ? "emergency" : ""}`}
      aria-current={current ? "true" : undefined}
      data-at={at}
      data-cursor={cursor.value === at}
      onClick={() => {
        cursor.value = at;
        look(row.whistle_id ? { kind: "whistle", id: row.whistle_id } : { kind: "case", id: row.incident_id });
      }}
    >
      <span class="c-row-what">
        {row.emergency && <b class="c-emergency">{say("应急", "Emergency")}</b>} {row.matter ?? row.number}
      </span>
      <Countdown at={row.deadline_at} />
      <span class="c-row-who">
        {stepOf(row)} · {row.organisation ?? row.street ?? row.number}
      </span>
      <span class="c-row-where">{row.street ?? ""}</span>
    </button>
  );
}

/** A whistle is closed by its own word: a case by another. */
function stepOf({ whistle_id: whistle, due_kind: kind }: Due): string {
  return whistle && kind === "close" ? say("销哨", "Close the whistle") : said(STEPS[kind ?? ""]);
}

/** Ticks alone: nothing around it is drawn again. */
export function Countdown({ at }: { at: string }) {
  const late = Date.parse(at) < pointInTime.value;
  return (
    <span class={`c-countdown ${late ? "late" : ""}`}>
      <span aria-hidden="true">{late ? "▲" : "◷"}</span> {countdown(at, pointInTime.value)}
    </span>
  );
}

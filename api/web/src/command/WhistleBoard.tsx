import { WHISTLE_STAGES } from "../shared/terms";
import { said, say } from "../shared/words";
import { withheld } from "./keeping";
import { Countdown } from "./Left";
import { MOST_WHISTLES } from "./load";
import { WITHHELD } from "./saying";
import { matters, type WhistleRow, whistles } from "./state";
import { look } from "./view";
import { arrivedOf, nextDue } from "./whistles";

const NONE = { zh: "眼下没有在吹的哨。", en: "No whistle is open at the moment." };

/** All open whistles, for when nothing is chosen. */
export function WhistleBoard() {
  const rows = [...whistles.value].sort((one, other) => (nextDue(one) ?? "9").localeCompare(nextDue(other) ?? "9"));
  const more = rows.length >= MOST_WHISTLES;
  return (
    <section class="c-board">
      <h2>
        {say("在吹的哨", "Open whistles")}{" "}
        <strong>{more ? say(`至少 ${rows.length}`, `at least ${rows.length}`) : rows.length}</strong>
      </h2>
      {rows.length === 0 && <p class="c-note">{withheld.value.has("whistles") ? said(WITHHELD) : said(NONE)}</p>}
      {more && (
        <p class="c-note">
          {say("只列出最近吹的；其余请按编号搜索。", "Only the newest are listed: search for the others by number.")}
        </p>
      )}
      <ol class="c-rows">
        {rows.map((row) => (
          <li key={row.id}>
            <WhistleLine row={row} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function WhistleLine({ row }: { row: WhistleRow }) {
  const due = nextDue(row);
  const [here, all] = arrivedOf(row);
  const confirmed = row.sides.filter((side) => side.confirmed_at).length;
  return (
    <button
      type="button"
      class={`c-row ${row.kind === "emergency" ? "emergency" : ""}`}
      onClick={() => look({ kind: "whistle", id: row.id })}
    >
      <span class="c-row-what">
        {row.combined && <b class="c-combined">{say("联合", "Combined")}</b>}{" "}
        {matters.value.get(row.matter_code)?.name ?? row.incident_number}
      </span>
      {due && <Countdown at={due} />}
      <span class="c-row-who">
        {said(WHISTLE_STAGES[row.stage])} ·{" "}
        {row.sides.map((side) => side.street_name ?? side.street_code).join(say("、", ", "))}
      </span>
      <span class="c-row-where">
        {row.stage === "drafted"
          ? say(`${confirmed}/${row.sides.length} 方已确认`, `${confirmed}/${row.sides.length} confirmed`)
          : say(`${here}/${all} 已到场`, `${here}/${all} arrived`)}
      </span>
    </button>
  );
}

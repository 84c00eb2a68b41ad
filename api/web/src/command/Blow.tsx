/** A whistle in three clicks: the case, the kind, the word that it is meant. Who comes is what the list says. */
import { signal } from "@preact/signals";
import { ask } from "../shared/api";
import { me, permissions } from "../shared/session";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { toast } from "../shared/ui/toasts";
import { uuid7 } from "../shared/uuid";
import { said, say, tongue } from "../shared/words";
import { answerersOf } from "./answerers";
import { want } from "./keeping";
import { type Incident, type Kind, kinds, matters, nameOf } from "./state";

interface Meant {
  incident: string;
  kind: Kind;
  id: string;
}

export const meant = signal<Meant | null>(null);
const failed = signal<unknown>(null);
const busy = signal(false);

const ENDED = new Set(["closed", "rejected", "merged"]);

/** The kinds that this person may blow over this case. */
export function kindsFor(incident: Incident): readonly Kind[] {
  const cell = incident.cell_code;
  if (!permissions.value.has("whistle.blow") || !cell || ENDED.has(incident.stage)) return [];
  if (!matters.value.get(incident.matter_code ?? "")?.whistle_kind) return [];
  const levels = (me.value?.grants ?? [])
    .filter((grant) => grant.permissions.includes("whistle.blow") && cell.startsWith(grant.area_code))
    .map(({ role, area_code: area }) =>
      role === "lane_chief"
        ? "lane_chief"
        : area.length >= 12
          ? "community"
          : area.length === 9
            ? "street"
            : "district",
    );
  return kinds.value.filter((kind) => !kind.retired && kind.issuers.some((level) => levels.includes(level)));
}

export function mean(incident: Incident, kind: Kind): void {
  failed.value = null;
  meant.value = { incident: incident.id, kind, id: uuid7() };
}

export function Blow({ incident }: { incident: Incident }) {
  const found = kindsFor(incident);
  if (found.length === 0) return null;
  const usual = matters.value.get(incident.matter_code ?? "")?.whistle_kind;
  const sorted = [...found].sort((one, other) => Number(other.code === usual) - Number(one.code === usual));
  const wanted = meant.value?.incident === incident.id ? meant.value : null;
  return (
    <section class="c-blow" aria-labelledby="blow-title">
      <h3 id="blow-title">
        {say("吹哨", "Blow a whistle")} <kbd aria-hidden="true">b</kbd>
      </h3>
      <div class="c-act-buttons">
        {sorted.map((kind) => (
          <button
            key={kind.code}
            type="button"
            data-kind={kind.code}
            aria-pressed={wanted?.kind.code === kind.code}
            onClick={() => mean(incident, kind)}
          >
            {nameOfKind(kind)}
            {kind.code === usual && <small>{say("清单指定", "by the list")}</small>}
          </button>
        ))}
      </div>
      {wanted && <Confirm incident={incident} wanted={wanted} />}
    </section>
  );
}

function Confirm({ incident, wanted }: { incident: Incident; wanted: Meant }) {
  const { lead, summoned } = answerersOf(incident.matter_code, incident.cell_code);
  return (
    <div class="c-act-form" role="group" aria-label={say("确认吹哨", "Confirm the whistle")}>
      <p>
        {say("将按清单召集：", "By the list these will be summoned: ")}
        {summoned
          .map((code) => `${nameOf(code)}${code === lead ? say("（主责）", " (lead)") : ""}`)
          .join(say("、", ", ")) || say("（由系统确定）", "(found by the program)")}
      </p>
      <p>
        {say(
          `${wanted.kind.check_in_minutes} 分钟内到场，${wanted.kind.measure_minutes} 分钟内填报措施。跨街道的先请各方确认。`,
          `On site within ${wanted.kind.check_in_minutes} min, measures within ${wanted.kind.measure_minutes} min. Across streets the sides confirm first.`,
        )}
      </p>
      {failed.value !== null && (
        <div class="c-refusal" role="alert">
          <strong>{said(wordsOf(failed.value))}</strong> {detailsOf(failed.value).join(" ")}
        </div>
      )}
      <div class="c-act-ends">
        <button
          type="button"
          class="primary grave"
          aria-busy={busy.value}
          data-confirm
          onClick={() => void blow(wanted)}
        >
          {say(`确认吹${nameOfKind(wanted.kind)}`, `Blow it: ${nameOfKind(wanted.kind)}`)}
        </button>
        <button type="button" onClick={() => (meant.value = null)}>
          {say("取消", "Cancel")}
        </button>
      </div>
    </div>
  );
}

export async function blow(wanted: Meant): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  failed.value = null;
  try {
    const body = { id: wanted.id, kind: wanted.kind.code };
    await ask("POST", `/api/v1/incidents/${wanted.incident}/whistles`, { body });
    meant.value = null;
    toast(say("哨已吹响。", "The whistle is blown."));
  } catch (error) {
    failed.value = error;
  } finally {
    busy.value = false;
    want("chosen", "whistles", "watch", "figures", "marks");
  }
}

export function nameOfKind(kind: Kind): string {
  return tongue.value === "en" && kind.name_en ? kind.name_en : kind.name;
}

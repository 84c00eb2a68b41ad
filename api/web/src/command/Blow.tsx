/** A whistle in three clicks: the case, the kind, the word that it is meant. Who comes is what the list says. */
import { signal } from "@preact/signals";
import { Problem, send } from "../shared/api";
import { tongueOf } from "../shared/heard";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { toast } from "../shared/ui/toasts";
import { uuid7 } from "../shared/uuid";
import { said, say, tongue, type Words } from "../shared/words";
import { answerersOf } from "./answerers";
import { askedBody, CALLERS, type Values } from "./acts";
import type { Story } from "./chosen";
import { Input } from "./Inputs";
import { wish } from "./keeping";
import { differs } from "./prospects";
import { type Incident, type Kind, kinds, matters, nameOf } from "./state";
import { isOpen } from "./whistles";

interface Meant {
  incident: string;
  kind: Kind;
  id: string;
  /** Who comes: by the list, unless somebody says otherwise. */
  callers: Values;
}

const BY_LIST: Values = { by_list: "yes" };

export const meant = signal<Meant | null>(null);
const failed = signal<unknown>(null);
const busy = signal(false);

export function mean(incident: Incident, kind: Kind): void {
  failed.value = null;
  const was = meant.value?.incident === incident.id ? meant.value : null;
  meant.value = { incident: incident.id, kind, id: uuid7(), callers: was?.callers ?? BY_LIST };
}

/** The kinds that the server offers over a case, in its order: that which the list names first. */
export function kindsOffered({ whistleKinds }: Pick<Story, "whistleKinds">): readonly Kind[] {
  return whistleKinds.flatMap((code) => kinds.value.find((kind) => kind.code === code) ?? []);
}

/** Means the kind after the one that is meant: a letter that is pressed again goes through them. */
export function meanNext(story: Story): boolean {
  const { incident } = story;
  const found = kindsOffered(story);
  const at =
    meant.value?.incident === incident.id ? found.findIndex(({ code }) => code === meant.value?.kind.code) : -1;
  const next = found[(at + 1) % found.length];
  if (next) mean(incident, next);
  return next !== undefined;
}

export function Blow({ story }: { story: Story }) {
  const { incident, whistles } = story;
  if (whistles.some(({ whistle }) => isOpen(whistle))) {
    // Somebody was quicker, while this one still thought about it.
    return meant.value?.incident !== incident.id ? null : (
      <p class="c-then" role="status">
        {say(
          "别人刚为这件案子吹了哨，见本页。",
          "Somebody has just blown a whistle over this case: it is on this page.",
        )}{" "}
        <button type="button" class="c-small" onClick={() => (meant.value = null)}>
          {say("知道了", "All right")}
        </button>
      </p>
    );
  }
  const found = kindsOffered(story);
  if (found.length === 0) return null;
  const usual = matters.value.get(incident.matter_code ?? "")?.whistle_kind;
  const wanted = meant.value?.incident === incident.id ? meant.value : null;
  return (
    <section class="c-blow" aria-labelledby="blow-title">
      <h3 id="blow-title">
        {say("吹哨", "Blow a whistle")} <kbd aria-hidden="true">b</kbd>
      </h3>
      <div class="c-act-buttons">
        {found.map((kind) => (
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
  const { check_in_minutes: come, measure_minutes: measure } = wanted.kind;
  const lacks = differs(wanted.callers) && !wanted.callers.reason?.trim();
  return (
    <div class="c-act-form" role="group" aria-label={say("确认吹哨", "Confirm the whistle")}>
      <Summoned incident={incident} callers={wanted.callers} />
      <p>
        {say(
          `${come} 分钟内到场，到场后 ${measure} 分钟内填报措施。跨街道的先请各方确认。`,
          `On site within ${come} min, measures within ${measure} min of that. Across streets the sides confirm first.`,
        )}
      </p>
      <Others wanted={wanted} />
      {failed.value !== null && (
        <div class="c-refusal" role="alert">
          <p>
            <strong>{said(REFUSED[kindOf(failed.value)]) || said(wordsOf(failed.value))}</strong>
          </p>
          {detailsOf(failed.value).map((line) => (
            <p key={line}>
              <small lang={tongueOf(line)}>{line}</small>
            </p>
          ))}
        </div>
      )}
      <div class="c-act-ends">
        <button
          type="button"
          class="primary grave"
          aria-busy={busy.value}
          aria-disabled={lacks}
          data-confirm
          onClick={() => {
            if (!lacks) void blow(wanted);
          }}
        >
          {say(`确认吹${nameOfKind(wanted.kind)}`, `Blow it: ${nameOfKind(wanted.kind)}`)}{" "}
          <kbd aria-hidden="true">↵</kbd>
        </button>
        <button type="button" onClick={() => (meant.value = null)}>
          {say("取消", "Cancel")} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
    </div>
  );
}

const REFUSED: Record<string, Words> = {
  conflict: {
    zh: "没有吹：这件案子已经有一声没结束的哨。",
    en: "Not blown: this case has a whistle that is not over.",
  },
  "rule-forbids": { zh: "没有吹：按规定现在不能吹，原因如下。", en: "Not blown: the rules forbid it now." },
};
const kindOf = (error: unknown): string => (error instanceof Problem ? error.kind : "");

function Summoned({ incident, callers }: { incident: Incident; callers: Values }) {
  const { lead, summoned } = answerersOf(incident.matter_code, incident.cell_code);
  const listed = callers.by_list === "yes" ? summoned : [];
  const others = (callers.organisations ?? "").split(",").filter((code) => code && !listed.includes(code));
  const called = (code: string): string => `${nameOf(code)}${code === lead ? say("（主责）", " (lead)") : ""}`;
  const joint = say("、", ", ");
  return (
    <>
      {callers.by_list === "yes" && (
        <p>
          {say("将按清单召集：", "By the list these will be summoned: ")}
          {listed.map(called).join(joint) || say("（由系统确定）", "(found by the program)")}
        </p>
      )}
      {others.length > 0 && (
        <p>
          {say("另请：", "As well: ")}
          {others.map(called).join(joint)}
        </p>
      )}
    </>
  );
}

/** Whoever is to come beside the list, or instead: it is rarely wanted, and does not stand in the way. */
function Others({ wanted }: { wanted: Meant }) {
  const fill = (name: string, value: string): void => {
    // Another order is another act: the server holds an id to what was asked by it.
    meant.value = { ...wanted, id: uuid7(), callers: { ...wanted.callers, [name]: value } };
  };
  return (
    <details class="c-others" open={differs(wanted.callers)}>
      <summary>{say("加减召集单位", "Others come, or not all")}</summary>
      {CALLERS.map((asked) => (
        <Input
          key={asked.name}
          asked={{ ...asked, required: asked.name === "reason" && differs(wanted.callers) }}
          values={wanted.callers}
          fill={fill}
          send={() => void blow(wanted)}
          choices={{ organisations: [], streets: [] }}
        />
      ))}
    </details>
  );
}

export async function blow(wanted: Meant): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  failed.value = null;
  try {
    const body = { id: wanted.id, kind: wanted.kind.code, ...askedBody(CALLERS, wanted.callers) };
    const done = await send<{ stage: string }>(`/api/v1/incidents/${wanted.incident}/whistles`, body);
    meant.value = null;
    toast(
      done.stage === "drafted"
        ? say("联合哨已起草，等各方确认。", "The combined whistle is drafted: its sides confirm it.")
        : say("哨已吹响。", "The whistle is blown."),
    );
  } catch (error) {
    failed.value = error;
  } finally {
    busy.value = false;
    wish("chosen", "whistles", "watch", "figures", "marks");
  }
}

export function nameOfKind(kind: Kind): string {
  return tongue.value === "en" && kind.name_en ? kind.name_en : kind.name;
}

/** What this person may do now, in one click or by its letter; and why not the rest. */
import { useEffect, useRef } from "preact/hooks";
import { permissions } from "../shared/session";
import { STAGES } from "../shared/terms";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { said, say } from "../shared/words";
import { again, begin, fill, lacking, leaveAct, open, refused, send, sending, type Target } from "./acting";
import type { Act, Asked } from "./acts";
import { Line } from "./Line";
import { matters, names, nameOf } from "./state";

export interface Possible {
  act: Act;
  possible: boolean;
  whyNot: string | null;
  /** What is filled in already. */
  values?: Record<string, string>;
  /** Whether one click does it, if nothing more must be said. */
  atOnce?: boolean;
}

interface Props {
  target: Target;
  title: string;
  acts: readonly Possible[];
  /** Organisations and streets that are likely, first. */
  organisations: readonly string[];
  streets?: readonly string[];
}

export function Acts(props: Props) {
  const { target, acts, title } = props;
  const can = acts.filter(({ possible }) => possible);
  const cannot = acts.filter(({ possible }) => !possible);
  const mine = open.value?.target.id === target.id ? open.value : null;
  return (
    <section class="c-acts" aria-label={title}>
      <h3>{title}</h3>
      {can.length === 0 && (
        <p class="c-note">{say("您在此刻没有可办的动作。", "There is nothing that you may do now.")}</p>
      )}
      <div class="c-act-buttons">
        {can.map(({ act, values, atOnce }) => (
          <button
            key={act.name}
            type="button"
            class={act.grave ? "grave" : ""}
            data-act={act.name}
            aria-expanded={mine?.act.name === act.name}
            aria-keyshortcuts={act.letter}
            onClick={() => begin(target, act, values, atOnce ?? true)}
          >
            {said(act.words)} <kbd aria-hidden="true">{act.letter}</kbd>
          </button>
        ))}
      </div>
      {mine && <ActForm key={mine.id} {...props} />}
      {cannot.length > 0 && <WhyNot acts={cannot} />}
    </section>
  );
}

function WhyNot({ acts }: { acts: readonly Possible[] }) {
  return (
    <details class="c-why-not">
      <summary>{say(`不能办的 ${acts.length} 项，及原因`, `${acts.length} that cannot be done, and why`)}</summary>
      <ul>
        {acts.map(({ act, whyNot }) => (
          <li key={act.name}>
            {said(act.words)}：{reason(act)} <small lang="en">{whyNot}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Our own word before the server's sentence. */
function reason(act: Act): string {
  return permissions.value.has(`case.${act.name}`)
    ? say("现在的阶段不能办。", "Not at this stage.")
    : say("不在您的权限内。", "Not within your role.");
}

function ActForm({ organisations, streets }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const wanted = open.value;
  useEffect(() => {
    // Where nothing must be said, Enter does it; else what must be said comes first.
    const first = form.current?.querySelector<HTMLElement>(":is(input, textarea, select):required");
    (first ?? form.current?.querySelector<HTMLElement>("button[type=submit]"))?.focus();
  }, []);
  if (!wanted) return null;
  const name = said(wanted.act.words);
  return (
    <form
      ref={form}
      class="c-act-form"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h4>{name}</h4>
      {wanted.act.asked.map((asked) => (
        <Input key={asked.name} asked={asked} organisations={organisations} streets={streets ?? []} />
      ))}
      {refused.value && <Refusal />}
      <div class="c-act-ends">
        <button type="submit" class="primary" aria-disabled={lacking.value.length > 0} aria-busy={sending.value}>
          {sending.value ? say("正在发送……", "Sending …") : say(`确认${name}`, `${name}: confirm`)}{" "}
          <kbd aria-hidden="true">↵</kbd>
        </button>
        <button type="button" onClick={leaveAct}>
          {say("取消", "Cancel")} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
    </form>
  );
}

function Input({
  asked,
  organisations,
  streets,
}: {
  asked: Asked;
  organisations: readonly string[];
  streets: readonly string[];
}) {
  const value = open.value?.values[asked.name] ?? "";
  const id = `act-${asked.name}`;
  const set = (event: { currentTarget: { value: string } }): void => fill(asked.name, event.currentTarget.value);
  const shared = { id, value, required: asked.required, onInput: set };
  const label = said(asked.words) + (asked.required ? "" : say("（可不填）", " (if you like)"));
  return (
    <p class="c-field">
      <label for={id}>{label}</label>
      {asked.kind === "text" && asked.name !== "address" ? (
        <textarea {...shared} rows={2} onKeyDown={byControlEnter} />
      ) : asked.kind === "organisation" ? (
        <Choice
          {...shared}
          codes={organisations}
          more={[...names.value.keys()].filter((code) => /-[A-Z]/.test(code))}
        />
      ) : asked.kind === "street" ? (
        <Choice {...shared} codes={streets} more={[]} />
      ) : asked.kind === "matter" ? (
        <Choice {...shared} codes={[]} more={[...matters.value.keys()]} />
      ) : (
        <Simple {...shared} kind={asked.kind} />
      )}
    </p>
  );
}

interface SimpleProps {
  id: string;
  value: string;
  required: boolean;
  onInput: (event: { currentTarget: { value: string } }) => void;
  kind: Asked["kind"];
}

function Simple({ kind, ...shared }: SimpleProps) {
  if (kind === "until") return <input {...shared} type="datetime-local" />;
  if (kind === "minutes") return <input {...shared} type="number" min={1} />;
  if (kind === "score") return <input {...shared} type="number" min={1} max={5} />;
  return <input {...shared} type="text" />;
}

/** In a text, Enter is a new line; with Ctrl it sends. */
function byControlEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    void send();
  }
}

interface ChoiceProps {
  id: string;
  value: string;
  required: boolean;
  onInput: (event: { currentTarget: { value: string } }) => void;
  codes: readonly string[];
  more: readonly string[];
}

function Choice({ codes, more, ...shared }: ChoiceProps) {
  const named = (code: string): string => matters.value.get(code)?.name ?? nameOf(code);
  const rest = more.filter((code) => !codes.includes(code)).sort((a, b) => named(a).localeCompare(named(b), "zh-CN"));
  return (
    <select {...shared}>
      <option value="">{say("请选择", "Choose")}</option>
      {codes.map((code) => (
        <option key={code} value={code}>
          {named(code)}
        </option>
      ))}
      {codes.length > 0 && rest.length > 0 && <hr />}
      {rest.map((code) => (
        <option key={code} value={code}>
          {named(code)}
        </option>
      ))}
    </select>
  );
}

/** Why it was not done; where somebody was quicker, what they made of it beside what was wanted. */
function Refusal() {
  const found = refused.value;
  if (!found) return null;
  const stored = found.both?.stored;
  return (
    <div class="c-refusal" role="alert">
      <p>
        <strong>{said(wordsOf(found.error))}</strong>
      </p>
      {!stored && detailsOf(found.error).map((line) => <p key={line}>{line}</p>)}
      {stored && (
        <>
          <dl class="c-facts">
            <Line label={say("您要做的", "You wanted")} value={said(open.value?.act.words)} />
            <Line label={say("您看到的版本", "You saw version")} value={text(found.both?.yours.revision)} />
            <Line label={say("现在的版本", "It is now at")} value={text(stored.revision)} />
            <Line
              label={say("现在的阶段", "Its stage is now")}
              value={said(STAGES[text(stored.stage)]) || text(stored.stage)}
            />
            <Line label={say("现在承办", "Handled now by")} value={nameOf(text(stored.handling_organisation_code))} />
          </dl>
          <button type="button" onClick={again}>
            {say("按现在的情况仍要办", "Do it all the same")}
          </button>
        </>
      )}
    </div>
  );
}

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

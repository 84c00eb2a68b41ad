/** What must be said with an act: one input for each kind of answer, by keyboard as by mouse. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { said, say } from "../shared/words";
import type { Asked, Values } from "./acts";
import { Position } from "./Position";
import { matters, names, nameOf } from "./state";
import { learnTeams, teams } from "./teams";

export interface Choices {
  /** Those who are likely, or possible, first. */
  organisations: readonly string[];
  /** Whether nobody else is possible. */
  only?: boolean;
  streets: readonly string[];
}

interface Props {
  asked: Asked;
  values: Values;
  fill: (name: string, value: string) => void;
  choices: Choices;
  /** In a text, Enter is a new line; with Ctrl it sends. */
  send: () => void;
}

const FEW = 8;
const isOrganisation = (code: string): boolean => /-[A-Z]/.test(code);

export function Input(props: Props) {
  const { asked, choices } = props;
  const id = `act-${asked.name}`;
  const label = said(asked.words) + (asked.required ? "" : say("（可不填）", " (if you like)"));
  switch (asked.kind) {
    case "organisation":
      return choices.only && choices.organisations.length <= FEW ? (
        <Radios {...props} legend={label} codes={choices.organisations} />
      ) : (
        <Labelled id={id} label={label}>
          <Choice {...props} id={id} codes={choices.organisations} more={choices.only ? [] : everyOrganisation()} />
        </Labelled>
      );
    case "street":
      return <Radios {...props} legend={label} codes={choices.streets} />;
    case "score":
      return <Scores {...props} legend={label} />;
    case "matter":
      return (
        <Labelled id={id} label={label}>
          <Choice {...props} id={id} codes={[]} more={[...matters.value.keys()]} />
        </Labelled>
      );
    case "flag":
      return <Flag {...props} />;
    case "organisations":
      return <Several {...props} label={label} />;
    case "teams":
      return <Teams {...props} legend={label} />;
    case "position":
      return <Position values={props.values} fill={props.fill} />;
    default:
      return (
        <Labelled id={id} label={label}>
          <Simple {...props} id={id} />
        </Labelled>
      );
  }
}

function Labelled({ id, label, children }: { id: string; label: string; children: ComponentChildren }) {
  return (
    <p class="c-field">
      <label for={id}>{label}</label>
      {children}
    </p>
  );
}

function Simple({ asked, values, fill, send, id }: Props & { id: string }) {
  const { kind, name, required } = asked;
  const shared = {
    id,
    required,
    value: values[name] ?? "",
    onInput: (event: { currentTarget: { value: string } }) => fill(name, event.currentTarget.value),
  };
  if (kind === "until") return <input {...shared} type="datetime-local" />;
  if (kind === "minutes") return <input {...shared} type="number" min={1} />;
  if (kind !== "text" || name === "address") return <input {...shared} type="text" />;
  const byControlEnter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return <textarea {...shared} rows={2} onKeyDown={byControlEnter} />;
}

const named = (code: string): string => matters.value.get(code)?.name ?? nameOf(code);
const everyOrganisation = (): string[] => [...names.value.keys()].filter(isOrganisation);
const byName = (codes: readonly string[]): string[] =>
  [...codes].sort((one, other) => named(one).localeCompare(named(other), "zh-CN"));

interface ChoiceProps extends Props {
  id: string;
  codes: readonly string[];
  more: readonly string[];
}

function Choice({ asked, values, fill, id, codes, more }: ChoiceProps) {
  const rest = byName(more.filter((code) => !codes.includes(code)));
  return (
    <select
      id={id}
      required={asked.required}
      value={values[asked.name] ?? ""}
      onInput={(event) => fill(asked.name, event.currentTarget.value)}
    >
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

/** Few enough to be seen at once: one click, or the arrows. Nothing to choose is not shown. */
function Radios({ asked, values, fill, legend, codes }: Props & { legend: string; codes: readonly string[] }) {
  const [only, other] = codes;
  if (!only || (!other && !asked.required)) return null;
  return (
    <fieldset class="c-radios">
      <legend>{legend}</legend>
      {codes.map((code) => (
        <label key={code}>
          <input
            type="radio"
            name={`act-${asked.name}`}
            value={code}
            required={asked.required}
            checked={values[asked.name] === code}
            onInput={() => fill(asked.name, code)}
          />{" "}
          {named(code)}
        </label>
      ))}
    </fieldset>
  );
}

function Scores({ asked, values, fill, legend }: Props & { legend: string }) {
  return (
    <fieldset class="c-radios">
      <legend>{legend}</legend>
      {["1", "2", "3", "4", "5"].map((score) => (
        <label key={score}>
          <input
            type="radio"
            name={`act-${asked.name}`}
            value={score}
            required={asked.required}
            checked={values[asked.name] === score}
            onInput={() => fill(asked.name, score)}
          />{" "}
          {score}
          {score === "1" && <small> {say("没有帮助", "no help")}</small>}
          {score === "5" && <small> {say("解决了", "solved it")}</small>}
        </label>
      ))}
    </fieldset>
  );
}

function Flag({ asked, values, fill }: Props) {
  return (
    <p class="c-field">
      <label class="c-flag">
        <input
          type="checkbox"
          checked={values[asked.name] === "yes"}
          onInput={(event) => fill(asked.name, event.currentTarget.checked ? "yes" : "")}
        />{" "}
        {said(asked.words)}
      </label>
    </p>
  );
}

const listOf = (value: string | undefined): string[] => (value ? value.split(",") : []);

/** One after the other is added; each can be taken out again. */
function Several({ asked, values, fill, label }: Props & { label: string }) {
  const chosen = listOf(values[asked.name]);
  const id = `act-${asked.name}`;
  const set = (codes: readonly string[]): void => fill(asked.name, codes.join(","));
  return (
    <div class="c-field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value=""
        onInput={(event) => {
          const { value } = event.currentTarget;
          if (value) set([...chosen, value]);
          event.currentTarget.value = "";
        }}
      >
        <option value="">{say("加一家……", "Add one …")}</option>
        {byName(everyOrganisation().filter((code) => !chosen.includes(code))).map((code) => (
          <option key={code} value={code}>
            {named(code)}
          </option>
        ))}
      </select>
      {chosen.length > 0 && (
        <span class="c-chosen">
          {chosen.map((code) => (
            <button
              key={code}
              type="button"
              aria-label={say(`去掉${named(code)}`, `Take out ${named(code)}`)}
              onClick={() => set(chosen.filter((one) => one !== code))}
            >
              {named(code)} <span aria-hidden="true">✕</span>
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

function Teams({ asked, values, fill, legend }: Props & { legend: string }) {
  useEffect(() => void learnTeams(), []);
  const chosen = listOf(values[asked.name]);
  if (teams.value.length === 0) return null;
  return (
    <fieldset class="c-radios">
      <legend>{legend}</legend>
      {teams.value.map(({ id, name }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onInput={(event) => {
              const others = chosen.filter((one) => one !== id);
              fill(asked.name, (event.currentTarget.checked ? [...others, id] : others).join(","));
            }}
          />{" "}
          {name}
        </label>
      ))}
    </fieldset>
  );
}

/** One field of a form, with its label, its hint and what is wrong with it. */
import { said, say, type Words } from "../words";
import { ChooseOne, ChooseSeveral } from "./choosing";
import { type Field, listOf, type Value } from "./forms";
import "./ui.css";

interface Props {
  id: string;
  field: Field;
  value: Value | undefined;
  fault?: Words | undefined;
  set: (value: Value) => void;
}

export function Input(props: Props) {
  const { id, field, fault } = props;
  const label = said(field.words) + (field.required ? say("（必填）", " (needed)") : "");
  const below = (
    <>
      {field.hint && (
        <span id={`${id}-hint`} class="hint">
          {said(field.hint)}
        </span>
      )}
      {fault && (
        <span id={`${id}-fault`} class="fault">
          ⚠ {said(fault)}
        </span>
      )}
    </>
  );
  if (field.kind === "checks")
    return (
      <fieldset class="ui-field">
        <legend>{label}</legend>
        <Checks {...props} />
        {below}
      </fieldset>
    );
  if (field.kind === "check")
    return (
      <div class="ui-field">
        <span class="ui-choice">
          <label>
            <Check {...props} />
            {label}
          </label>
        </span>
        {below}
      </div>
    );
  return (
    <div class="ui-field">
      <label htmlFor={id}>{label}</label>
      <Control {...props} />
      {below}
    </div>
  );
}

const described = ({ id, field, fault }: Props): string | undefined =>
  [field.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;

function Control(props: Props) {
  const { id, field, value, fault, set } = props;
  const typed = typeof value === "string" ? value : "";
  const common = {
    id,
    "data-field": field.name,
    "aria-invalid": Boolean(fault),
    "aria-describedby": described(props),
    "aria-required": Boolean(field.required),
  };
  if (field.kind === "select")
    return (
      <select
        {...common}
        value={typed}
        disabled={Boolean(field.fixed)}
        onChange={(event) => set(event.currentTarget.value)}
      >
        {!field.options?.some((option) => option.value === "") && <option value="">{say("请选择", "Choose")}</option>}
        {field.options?.map((option) => (
          <option key={option.value} value={option.value}>
            {said(option.words)}
          </option>
        ))}
      </select>
    );
  if (field.kind === "long")
    return (
      <textarea
        {...common}
        value={typed}
        readOnly={Boolean(field.fixed)}
        onInput={(event) => set(event.currentTarget.value)}
      />
    );
  const input = {
    ...common,
    value: typed,
    autocomplete: field.autocomplete ?? "off",
    readOnly: Boolean(field.fixed),
    onInput: (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.value),
  };
  if (field.kind === "suggest") return <ChooseOne id={id} field={field} value={typed} set={set} input={common} />;
  if (field.kind === "several")
    return <ChooseSeveral id={id} field={field} value={chosenOf(props)} set={set} input={common} />;
  if (field.kind === "date" || field.kind === "time") return <input {...input} type={field.kind} />;
  if (field.kind === "password") return <input {...input} type="password" />;
  return <input {...input} type="text" inputMode={field.kind === "number" ? "decimal" : "text"} />;
}

const chosenOf = ({ value = [] }: Props): string[] => listOf({ value }, "value");

function Check(props: Props) {
  return (
    <input
      type="checkbox"
      data-field={props.field.name}
      aria-describedby={described(props)}
      disabled={Boolean(props.field.fixed)}
      checked={props.value === true}
      onChange={(event) => props.set(event.currentTarget.checked)}
    />
  );
}

function Checks(props: Props) {
  const { field, set } = props;
  const chosen = chosenOf(props);
  const turn = (value: string, on: boolean): void =>
    set(on ? [...chosen, value] : chosen.filter((other) => other !== value));
  return (
    <span class="ui-choice">
      {field.options?.map((option, place) => (
        <label key={option.value}>
          <input
            type="checkbox"
            data-field={place === 0 ? field.name : undefined}
            checked={chosen.includes(option.value)}
            onChange={(event) => turn(option.value, event.currentTarget.checked)}
          />
          {said(option.words)}
        </label>
      ))}
    </span>
  );
}

/** A form made of fields that are data; it says what is wrong where it is wrong, and goes there. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { said, say, type Words } from "../words";
import { Failure } from "./basics";
import { changed, type Field, faultsOf, placed, placeIn, Refusal, rowsOf, type Value, type Values } from "./forms";
import { Input } from "./input";
import { nthOf, Repeated } from "./repeated";
import { useUnsaved } from "./unsaved";

interface Props {
  fields: readonly Field[];
  initial: Values;
  submit: (values: Values) => Promise<unknown>;
  label?: string;
  /** Beside the button that submits. */
  also?: ComponentChildren;
  /** Above the buttons, from what is typed at the moment. */
  more?: (values: Values) => ComponentChildren;
  danger?: boolean;
  /** It only asks a question: nobody minds when what was typed into it is gone. */
  passing?: boolean;
  /** Is told whether something stands in it that was not submitted. */
  typing?: (unsent: boolean) => void;
}

export function Form({ fields, initial, submit, label, also, more, danger, passing, typing }: Props) {
  const [values, setValues] = useState(initial);
  const [kept, setKept] = useState(initial);
  const [sent, setSent] = useState(initial);
  const [faults, setFaults] = useState<Record<string, Words>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const unsent = changed(kept, values).length > 0;
  useUnsaved(!passing && unsent);
  useLayoutEffect(() => typing?.(unsent), [typing, unsent]);
  const refuse = (found: Record<string, Words>): void => {
    setFaults(found);
    const all = [...(form.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
    all.find((one) => (one.dataset["field"] ?? "") in found)?.focus();
  };
  const press = async (): Promise<void> => {
    if (busy) return;
    const wrong = faultsOf(fields, values);
    refuse(wrong);
    setError(null);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setSent(values);
    try {
      await submit(values);
      setKept(values);
    } catch (problem) {
      const found = placed(fields, problem, values);
      // What the page itself refuses is said once, at its field.
      setError(problem instanceof Refusal && Object.keys(found).length ? null : problem);
      refuse(found);
    } finally {
      setBusy(false);
    }
  };
  const set = (name: string, value: Value): void => setValues((before) => ({ ...before, [name]: value }));
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void press();
      }}
    >
      {fields.map((field) => {
        const common = { id: `${id}-${field.name}`, field, set: (value: Value) => set(field.name, value) };
        return field.rows ? (
          <Repeated key={field.name} {...common} of={field.rows} rows={rowsOf(values, field.name)} faults={faults} />
        ) : (
          <Input key={field.name} {...common} value={values[field.name]} fault={faults[field.name]} />
        );
      })}
      {more?.(values)}
      <Failure error={error} named={(name) => nameIn(fields, name, sent)} />
      <div class="ui-ends">
        {also}
        <button type="submit" class={`ui-button primary ${danger ? "danger" : ""}`} aria-busy={busy}>
          {label ?? say("保存", "Save")}
        </button>
      </div>
    </form>
  );
}

/** What a field is called that the server names, perhaps as a part of another. */
function nameIn(fields: readonly Field[], name: string, sent: Values): string {
  const at = placeIn(fields, name, sent);
  if (!at) return name;
  const place = at.row && rowsOf(sent, at.field.name).indexOf(at.row) + 1;
  return [
    said(at.field.words),
    ...(at.field.rows && place ? [nthOf(at.field.rows, place)] : []),
    ...(at.cell ? [said(at.cell.words)] : []),
  ].join(say("，", ", "));
}

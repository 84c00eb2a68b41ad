/** A form made of fields that are data; it says what is wrong where it is wrong, and goes there. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { said, say, type Words } from "../words";
import { Failure } from "./basics";
import { changed, type Field, faultsOf, placed, type Value, type Values } from "./forms";
import { Input } from "./input";
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
}

export function Form({ fields, initial, submit, label, also, more, danger, passing }: Props) {
  const [values, setValues] = useState(initial);
  const [kept, setKept] = useState(initial);
  const [faults, setFaults] = useState<Record<string, Words>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useUnsaved(!passing && changed(kept, values).length > 0);
  const refuse = (found: Record<string, Words>): void => {
    setFaults(found);
    const first = fields.find((field) => found[field.name]);
    if (first) form.current?.querySelector<HTMLElement>(`[data-field="${first.name}"]`)?.focus();
  };
  const press = async (): Promise<void> => {
    if (busy) return;
    const wrong = faultsOf(fields, values);
    refuse(wrong);
    setError(null);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      await submit(values);
      setKept(values);
    } catch (problem) {
      setError(problem);
      refuse(placed(fields, problem));
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
      {fields.map((field) => (
        <Input
          key={field.name}
          id={`${id}-${field.name}`}
          field={field}
          value={values[field.name]}
          fault={faults[field.name]}
          set={(value) => set(field.name, value)}
        />
      ))}
      {more?.(values)}
      <Failure error={error} named={(name) => nameIn(fields, name)} />
      <div class="ui-ends">
        {also}
        <button type="submit" class={`ui-button primary ${danger ? "danger" : ""}`} aria-busy={busy}>
          {label ?? say("保存", "Save")}
        </button>
      </div>
    </form>
  );
}

/** What a field is called that the server names, perhaps as a part of another: "position.datum". */
function nameIn(fields: readonly Field[], name: string): string {
  const found = fields.find((field) => name.split(".").includes(field.name));
  return found ? said(found.words) : name;
}

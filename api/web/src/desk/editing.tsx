/** A dialog with a form that adds or changes something, and one that only asks whether to. */
import type { ComponentChildren } from "preact";
import { Dialog } from "../shared/ui/dialog";
import { Form } from "../shared/ui/form";
import type { Field, Values } from "../shared/ui/forms";
import { toast } from "../shared/ui/toasts";
import { say } from "../shared/words";

interface Props {
  title: string;
  fields: readonly Field[];
  initial: Values;
  /** Returns null where nothing was saved, because the stored version stays. */
  save: (values: Values) => Promise<unknown>;
  close: () => void;
  done: () => unknown;
  label?: string;
  lead?: ComponentChildren;
  more?: (values: Values) => ComponentChildren;
  danger?: boolean;
  wide?: boolean;
}

export function Editing({ title, fields, initial, save, close, done, lead, wide, ...form }: Props) {
  const submit = async (values: Values): Promise<void> => {
    const saved = await save(values);
    close();
    if (saved !== null) toast(say("已保存。", "Saved."));
    await done();
  };
  return (
    <Dialog title={title} close={close} {...(wide ? { wide } : {})}>
      {lead}
      <Form fields={fields} initial={initial} submit={submit} {...form} />
    </Dialog>
  );
}

interface ConfirmingProps {
  title: string;
  /** What it leads to. */
  lead: string;
  act: () => Promise<unknown>;
  close: () => void;
  done: () => unknown;
  label: string;
  danger?: boolean;
}

/** A dialog that asks for nothing but a decision. */
export function Confirming({ lead, act, ...rest }: ConfirmingProps) {
  return <Editing lead={<p>{lead}</p>} fields={[]} initial={{}} save={act} {...rest} />;
}

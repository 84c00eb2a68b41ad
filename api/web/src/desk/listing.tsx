/** The frame of a list at the desk: a table of what was read, a button that adds to it, the dialog of what is open. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, Shown } from "../shared/ui/basics";
import type { Loaded } from "../shared/ui/loaded";
import { type Column, Table } from "../shared/ui/table";

interface Props<T, Open> {
  caption: string;
  rows: Loaded<readonly T[]>;
  id: (row: T) => string;
  columns: (rows: readonly T[]) => Column<T>[];
  texts?: ((row: T) => (string | null | undefined)[]) | undefined;
  /** What the button says that adds one, and why nobody can now. */
  adding: string;
  whyNot?: string | undefined;
  /** Before that button. */
  tools?: ComponentChildren;
  acts: (row: T, open: (what: Open) => void) => ComponentChildren;
  /** The dialog of what a row's acts have opened; null: of what is to be added. */
  dialog: (what: Open | null, close: () => void) => ComponentChildren;
}

/** What is open is a row, unless its acts open it in several ways. */
export function Listing<T, Open = T>(props: Props<T, Open>) {
  const { texts } = props;
  const [opened, setOpened] = useState<{ what: Open | null } | null>(null);
  return (
    <>
      <Shown of={props.rows}>
        {(found) => (
          <Table
            caption={props.caption}
            columns={props.columns(found)}
            rows={found}
            id={props.id}
            {...(texts ? { texts } : {})}
            tools={
              <>
                {props.tools}
                <Button act={() => setOpened({ what: null })} kind="primary" whyNot={props.whyNot}>
                  {props.adding}
                </Button>
              </>
            }
            acts={(row) => props.acts(row, (what) => setOpened({ what }))}
          />
        )}
      </Shown>
      {opened && props.dialog(opened.what, () => setOpened(null))}
    </>
  );
}

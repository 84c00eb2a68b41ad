/** The frame of pages on which things are listed, added and changed: one form for both, and nobody overtaken unseen. */
import type { ComponentChildren } from "preact";
import { ask } from "../shared/api";
import { Badge, Button } from "../shared/ui/basics";
import { type Field, Refusal, textOf, type Values } from "../shared/ui/forms";
import type { Loaded } from "../shared/ui/loaded";
import type { Column } from "../shared/ui/table";
import { said, say, type Words } from "../shared/words";
import { Editing } from "./editing";
import { Listing } from "./listing";
import { saving } from "./saving";

/** What is sent to the server to store what was typed. */
export interface Put {
  path: string;
  body: unknown;
}

interface Props<T> {
  /** What the things are called, and what one does to have one more: "新增清单". */
  caption: Words;
  adding: Words;
  rows: Loaded<T[]>;
  id: (row: T) => string;
  /** What one of them is called. */
  name: (row: T) => string;
  columns: (rows: readonly T[]) => Column<T>[];
  texts?: (row: T) => (string | null | undefined)[];
  /** What is asked for; null: of a new one. */
  fields: (row: T | null) => readonly Field[];
  values: (row: T | null) => Values;
  put: (values: Values, row: T | null) => Put;
  /** How that is stored, where it is more than to put it there under the condition of what was seen. */
  store?: (put: Put, row: T | null, ifMatch: string | undefined) => Promise<unknown>;
  /** The id that a new one would have: none takes the place of one that is there. */
  idOf?: (values: Values) => string;
  /** Beside the button that adds. */
  tools?: ComponentChildren;
  /** Beside the button that changes. */
  acts?: (row: T) => ComponentChildren;
  wide?: boolean;
}

export function Book<T extends { etag: string }>(props: Props<T>) {
  const { caption, adding, rows, id, name, columns, texts, tools, acts } = props;
  return (
    <Listing
      caption={said(caption)}
      rows={rows}
      id={id}
      columns={columns}
      texts={texts}
      adding={said(adding)}
      tools={tools}
      acts={(row, open) => (
        <>
          <Button act={() => open(row)} label={say(`修改 ${name(row)}`, `Change ${name(row)}`)}>
            {say("修改", "Change")}
          </Button>
          {acts?.(row)}
        </>
      )}
      dialog={(row, close) => (
        <Opened {...props} row={row} there={rows.value.value ?? []} close={close} done={rows.reload} />
      )}
    />
  );
}

interface OpenedProps<T> extends Props<T> {
  row: T | null;
  there: readonly T[];
  close: () => void;
  done: () => Promise<void>;
}

function Opened<T extends { etag: string }>({ row, there, close, done, ...props }: OpenedProps<T>) {
  const save = async (values: Values): Promise<unknown> => {
    if (!row) requireFree(there.map(props.id), (props.idOf ?? codeOf)(values));
    const wanted = props.put(values, row);
    return saving((ifMatch) => (props.store ?? store)(wanted, row, ifMatch), row?.etag);
  };
  return (
    <Editing
      title={row ? props.name(row) : said(props.adding)}
      fields={props.fields(row)}
      initial={props.values(row)}
      save={save}
      close={close}
      done={done}
      {...(props.wide ? { wide: true } : {})}
    />
  );
}

const store = ({ path, body }: Put, _: unknown, ifMatch: string | undefined): Promise<unknown> =>
  ask("PUT", path, { body, ifMatch });

const codeOf = (values: Values): string => textOf(values, "code");

/** Adding must not change what is there already under the code. */
export function requireFree(taken: readonly string[], code: string): void {
  if (!taken.includes(code)) return;
  throw new Refusal("code", {
    zh: "已经有这一条：请修改它，或换一个。",
    en: "There is one already: change that, or choose another.",
  });
}

/** The code that a district gives to a rule of its own. */
export function codeField(fresh: boolean): Field {
  return {
    name: "code",
    words: { zh: "编码", en: "Code" },
    required: true,
    fixed: !fresh,
    pattern: /^[a-z][a-z0-9_]{0,39}$/,
    otherwise: {
      zh: "小写字母开头，只用小写字母、数字和 _。",
      en: "Small letters, digits and _, beginning with a letter.",
    },
  };
}

export function InUse({ retired }: { retired: boolean }) {
  if (retired) return <Badge tone="soft">{say("停用", "Retired")}</Badge>;
  return <Badge tone="good">{say("在用", "In use")}</Badge>;
}

/** A field of rows: each is written in labelled cells, moved, taken out and put back; a copied table becomes rows. */
import { useState } from "preact/hooks";
import { said, say, type Words } from "../words";
import { useFocus } from "./focus";
import { cellName, type Field, isBlank, type Row, type RowsOf } from "./forms";
import { Input } from "./input";
import { freshRow, insert, move, paste, put } from "./rowed";
import "./repeated.css";

interface Props {
  id: string;
  field: Field;
  of: RowsOf;
  rows: Row[];
  faults: Readonly<Record<string, Words>>;
  set: (rows: Row[]) => void;
}

/** What the row at a place is called, counted from 1. */
export const nthOf = (of: RowsOf, place: number): string => say(`第 ${place} ${of.one.zh}`, `${of.one.en} ${place}`);

interface Gone {
  row: Row;
  place: number;
}

export function Repeated(props: Props) {
  const { id, field, of, rows, faults } = props;
  const [told, tell] = useState("");
  const [gone, setGone] = useState<Gone | null>(null);
  const focus = useFocus();
  const become = (wanted: Row[], at: string, words = ""): void => {
    props.set(wanted);
    setGone(null);
    tell(words);
    focus(`${id}-${at}`);
  };
  const full = field.most !== undefined && rows.length >= field.most;
  const add = (): void => {
    const row = freshRow();
    if (!full) become([...rows, row], cellOf(of, row));
  };
  const takeOut = (row: Row, place: number): void => {
    const left = rows.filter((one) => one !== row);
    become(left, isBlank(row) ? "add" : "back", say("已去掉。", "Taken out."));
    if (!isBlank(row)) setGone({ row, place });
  };
  const fault = faults[field.name];
  return (
    <fieldset class="ui-field ui-rows">
      <legend>{said(field.words) + (field.required ? say("（必填）", " (needed)") : "")}</legend>
      {field.hint && <span class="hint">{said(field.hint)}</span>}
      {insert<Row | Gone>(rows, gone?.place ?? 0, gone ? [gone] : []).map((one) =>
        "row" in one ? (
          <Back key="back" id={id} of={of} gone={one} rows={rows} become={become} />
        ) : (
          <One key={one.key} {...props} row={one} place={rows.indexOf(one)} {...{ become, takeOut, add }} />
        ),
      )}
      <span class="hidden-but-read" role="status">
        {told}
      </span>
      <button
        type="button"
        id={`${id}-add`}
        class="ui-button"
        data-field={field.name}
        aria-describedby={fault && `${id}-fault`}
        aria-disabled={full}
        title={full ? say(`最多 ${field.most ?? 0} ${of.one.zh}`, `At most ${field.most ?? 0}`) : undefined}
        onClick={add}
      >
        {say(`加一${of.one.zh}`, "Add another")}
      </button>
      {fault && (
        <span id={`${id}-fault`} class="fault">
          ⚠ {said(fault)}
        </span>
      )}
    </fieldset>
  );
}

/** The first cell of a row, as a part of the field. */
const cellOf = (of: RowsOf, row: Row): string => `${row.key}-${of.cells[0]?.name ?? ""}`;

type Become = (rows: Row[], focus: string, words?: string) => void;

interface OneProps extends Props {
  row: Row;
  place: number;
  become: Become;
  takeOut: (row: Row, place: number) => void;
  add: () => void;
}

function One(props: OneProps) {
  const { id, field, of, rows, faults, set, row, place, become, add } = props;
  const name = nthOf(of, place + 1);
  const aside = of.aside?.(row, rows);
  const next = (): void => {
    const below = rows[place + 1];
    if (below) document.getElementById(`${id}-${cellOf(of, below)}`)?.focus();
    else if (!isBlank(row)) add();
  };
  return (
    <div
      class="ui-rows-one"
      role="group"
      aria-label={name}
      onKeyDown={(event) => {
        // Enter that ends what is composed in pinyin is no Enter.
        if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        next();
      }}
      onPaste={(event) => {
        const first = document.getElementById(`${id}-${cellOf(of, row)}`);
        const text = event.clipboardData?.getData("text/plain");
        const pasted = event.target === first && text ? paste(rows, place, of.cells, text) : null;
        if (!pasted) return;
        event.preventDefault();
        const added = pasted.filter((one) => !rows.includes(one));
        const last = added.at(-1);
        const words = say(`粘贴了 ${added.length} ${of.one.zh}。`, `Pasted: ${added.length}.`);
        become(pasted, last ? cellOf(of, last) : "add", words);
      }}
    >
      <strong class="number" aria-hidden="true">
        {place + 1}
      </strong>
      {of.cells.map((cell) => (
        <Input
          key={cell.name}
          id={`${id}-${row.key}-${cell.name}`}
          field={{ ...cell, name: cellName(field, row, cell.name) }}
          value={row.cells[cell.name] ?? ""}
          fault={at(name, cell, faults[cellName(field, row, cell.name)])}
          set={(value) => typeof value === "string" && set(put(rows, row.key, cell.name, value))}
        />
      ))}
      <small class="aside">{said(aside)}</small>
      <Acts {...props} name={name} />
    </div>
  );
}

/** A fault says at which row and cell it is. */
const at = (name: string, cell: Field, fault: Words | undefined): Words | undefined =>
  fault && {
    get zh() {
      return `${name}，${cell.words.zh}：${fault.zh}`;
    },
    get en() {
      return `${name}, ${cell.words.en}: ${fault.en}`;
    },
  };

function Acts({ id, of, rows, row, place, become, takeOut, name }: OneProps & { name: string }) {
  const turn = (by: -1 | 1, act: string): void =>
    become(move(rows, place, by), `${row.key}-${act}`, say("移到", "Moved to ") + nthOf(of, place + by + 1));
  const common = { id: `${id}-${row.key}`, end: say("已在这一端", "It is at this end") };
  return (
    <span class="acts">
      <Act
        {...common}
        act="up"
        sign="↑"
        label={say(`${name}上移`, `Move ${name} up`)}
        no={!place}
        press={() => turn(-1, "up")}
      />
      <Act
        {...common}
        act="down"
        sign="↓"
        label={say(`${name}下移`, `Move ${name} down`)}
        no={place === rows.length - 1}
        press={() => turn(1, "down")}
      />
      <Act
        {...common}
        act="out"
        sign="✕"
        label={say(`去掉${name}`, `Take ${name} out`)}
        press={() => takeOut(row, place)}
      />
    </span>
  );
}

interface ActProps {
  id: string;
  act: string;
  sign: string;
  label: string;
  /** At its end of the list a row stays, and so does the focus. */
  no?: boolean;
  end: string;
  press: () => void;
}

function Act({ id, act, sign, label, no, end, press }: ActProps) {
  return (
    <button
      type="button"
      id={`${id}-${act}`}
      class="ui-button plain"
      aria-label={label}
      title={no ? end : label}
      aria-disabled={no}
      onClick={() => !no && press()}
    >
      {sign}
    </button>
  );
}

interface BackProps {
  id: string;
  of: RowsOf;
  gone: Gone;
  rows: readonly Row[];
  become: Become;
}

/** Stands where a row was taken out, and puts it back. */
function Back({ id, of, gone: { row, place }, rows, become }: BackProps) {
  const words = of.cells.map((cell) => row.cells[cell.name]).find(Boolean) ?? "";
  return (
    <div class="ui-rows-gone">
      <span>{say(`已去掉“${words}”。`, `“${words}” is taken out.`)}</span>
      <button
        type="button"
        id={`${id}-back`}
        class="ui-button"
        aria-label={say(`放回“${words}”`, `Put “${words}” back`)}
        onClick={() => become(insert(rows, place, [row]), `${row.key}-out`)}
      >
        {say("放回", "Put back")}
      </button>
    </div>
  );
}

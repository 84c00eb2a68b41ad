/** A field in which one chooses by typing: the list beneath it is reached by the arrows (ARIA's combobox). */
import { useState } from "preact/hooks";
import { said, say } from "../words";
import { useFocus } from "./focus";
import type { Field, Option } from "./forms";
import { meant, shownAs, useSuggested } from "./suggested";
import "./choosing.css";

interface TypingProps {
  id: string;
  field: Field;
  /** What stands in the field. */
  typed: string;
  type: (words: string) => void;
  take: (option: Option) => void;
  leave?: () => void;
  /** What Enter does where nothing is chosen of the list; without it, it sends the form. */
  enter?: () => void;
  input: Record<string, unknown>;
}

/** The input with its list. */
function Typing({ id, field, typed, type, take, leave, enter, input }: TypingProps) {
  const [open, setOpen] = useState(false);
  const [place, setPlace] = useState(-1);
  const suggested = useSuggested(field, typed, open);
  const found = suggested ?? [];
  const shown = open && found.length > 0;
  const choose = (option: Option): void => {
    take(option);
    setOpen(false);
    setPlace(-1);
  };
  const turn = (by: number): void => {
    setOpen(true);
    if (found.length) setPlace((place + by + found.length + (place < 0 && by < 0 ? 1 : 0)) % found.length);
  };
  const press = (event: KeyboardEvent): void => {
    const chosen = shown ? found[place] : undefined;
    if (event.key === "ArrowDown") turn(1);
    else if (event.key === "ArrowUp") turn(-1);
    else if (event.key === "Enter" && chosen) choose(chosen);
    else if (event.key === "Enter" && enter && typed.trim()) enter();
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class="ui-choosing">
      <input
        {...input}
        type="text"
        role="combobox"
        autocomplete="off"
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown && place >= 0 ? `${id}-${place}` : undefined}
        value={typed}
        onInput={(event) => {
          type(event.currentTarget.value);
          setOpen(true);
          setPlace(-1);
        }}
        onClick={() => setOpen(!field.fixed)}
        onKeyDown={press}
        onBlur={() => {
          setOpen(false);
          leave?.();
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={said(field.words)} hidden={!shown}>
        {found.map((option, at) => (
          <li
            key={option.value}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === place}
            ref={(line) => (at === place ? line?.scrollIntoView({ block: "nearest" }) : undefined)}
            // The field keeps the focus.
            onPointerDown={(event) => event.preventDefault()}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            {said(option.words)} <small>{option.code ?? option.value}</small>
          </li>
        ))}
      </ul>
      <span class={shown ? "hidden-but-read" : "hint"} role="status">
        {open && (shown || typed.trim()) && state(suggested)}
      </span>
    </span>
  );
}

function state(suggested: readonly Option[] | null): string {
  if (!suggested) return say("正在查找…", "Looking for it…");
  if (!suggested.length) return say("没有符合的。", "Nothing fits.");
  return say(`${suggested.length} 项可选`, `${suggested.length} to choose from`);
}

interface OneProps {
  id: string;
  field: Field;
  value: string;
  set: (value: string) => void;
  input: Record<string, unknown>;
}

/** One is chosen: its name is shown, its code is the value. What is typed in full counts as chosen. */
export function ChooseOne({ id, field, value, set, input }: OneProps) {
  const [chosen, setChosen] = useState<Option | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const known = chosen?.value === value ? chosen : field.options?.find((one) => one.value === value);
  const take = (option: Option): void => {
    setChosen(option);
    setTyped(null);
    set(option.value);
  };
  return (
    <Typing
      id={id}
      field={field}
      typed={typed ?? (known ? shownAs(known) : value)}
      type={(words) => {
        setTyped(words);
        set(meant(field.options ?? [], words)?.value ?? words.trim());
      }}
      take={take}
      leave={() => setTyped(null)}
      input={input}
    />
  );
}

interface SeveralProps {
  id: string;
  field: Field;
  value: string[];
  set: (value: string[]) => void;
  input: Record<string, unknown>;
}

/** Several are chosen, each shown with the way to take it out again. */
export function ChooseSeveral({ id, field, value, set, input }: SeveralProps) {
  const [typed, setTyped] = useState("");
  const [known, setKnown] = useState<readonly Option[]>([]);
  const focus = useFocus();
  const all = [...known, ...(field.options ?? [])];
  const name = (code: string): string => {
    const found = all.find((one) => one.value === code);
    return found ? said(found.words) : code;
  };
  const take = (option: Option): void => {
    setTyped("");
    setKnown([...known, option]);
    if (!value.includes(option.value)) set([...value, option.value]);
  };
  const takeOut = (code: string, place: number): void => {
    const left = value.filter((other) => other !== code);
    const next = left[place] ?? left.at(-1);
    focus(next === undefined ? id : `${id}-out-${next}`);
    set(left);
  };
  // What was typed and not chosen stands there as it is, so that nothing is dropped in silence.
  const leave = (): void => {
    const words = typed.trim();
    if (words) take(meant(all, words) ?? { value: words, words: { zh: words, en: words } });
  };
  const left = field.options ? { ...field, options: field.options.filter((one) => !value.includes(one.value)) } : field;
  return (
    <>
      {value.length > 0 && (
        <ul class="ui-chosen">
          {value.map((code, place) => (
            <li key={code}>
              {name(code)}
              <button
                type="button"
                id={`${id}-out-${code}`}
                aria-label={say(`去掉 ${name(code)}`, `Take out ${name(code)}`)}
                onClick={() => takeOut(code, place)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <Typing
        id={id}
        field={left}
        typed={typed}
        type={setTyped}
        take={take}
        leave={leave}
        enter={leave}
        input={input}
      />
    </>
  );
}

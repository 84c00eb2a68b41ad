/** What is suggested while somebody types: of what is here at once, of what the server finds a moment later. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { said } from "../words";
import type { Field, Option } from "./forms";
import { fits } from "./rows";

const MOST = 30;
const PAUSE_MS = 200;

/** An option as it stands in a field: its name, and its code where that says more. */
export function shownAs(option: Option): string {
  const [name, code] = [said(option.words), option.code ?? option.value];
  return name && name !== code ? `${name}（${code}）` : code;
}

/** The option that somebody means who typed this: by its code, its name, or all of both. */
export function meant(options: readonly Option[], typed: string): Option | undefined {
  const words = typed.trim();
  return (
    options.find((one) => one.value === words) ??
    only(options.filter((one) => shownAs(one) === words || one.words.zh === words || one.words.en === words))
  );
}

const only = (found: Option[]): Option | undefined => (found.length === 1 ? found[0] : undefined);

/** Those of a list that fit what is typed. */
export function fitting(options: readonly Option[], typed: string): Option[] {
  const words = typed.trim();
  const all = words
    ? options.filter((one) => fits([one.code ?? one.value, one.words.zh, one.words.en], words))
    : options;
  return all.slice(0, MOST);
}

/** What fits what is typed, as long as somebody is choosing; null while it is looked for. */
export function useSuggested(field: Field, typed: string, choosing: boolean): readonly Option[] | null {
  const { find, options } = field;
  const [found, setFound] = useState<readonly Option[] | null>(null);
  const words = typed.trim();
  useEffect(() => {
    if (!find || !choosing) return undefined;
    let late = false;
    setFound(null);
    const pause = setTimeout(() => {
      // What cannot be found now is not suggested: a code can be typed all the same.
      void find(words).then(
        (all) => !late && setFound(all.slice(0, MOST)),
        () => !late && setFound([]),
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(pause);
    };
  }, [find, words, choosing]);
  const here = useMemo(() => (find ? [] : fitting(options ?? [], typed)), [find, options, typed]);
  return find ? found : here;
}

/** The items of a checklist as rows that people write: what is new gets a code by itself. */
import { isBlank, type Row } from "../../shared/ui/forms";
import { freshRow } from "../../shared/ui/rowed";

export interface Item {
  code: string;
  zh: string;
  en: string;
  matter: string | null;
}

const LONGEST = 40;

/** A row for each item, known by its code; to begin with, one to write in. */
export function rowsOfItems(items: readonly Item[]): Row[] {
  if (!items.length) return [freshRow()];
  return items.map(({ code, zh, en, matter }) => ({ key: code, cells: { code, zh, en, matter: matter ?? "" } }));
}

/** What was written; a row in which nothing stands is none. */
export function itemsOf(rows: readonly Row[]): Item[] {
  const codes = codesOf(rows);
  return rows.flatMap((row): Item[] => {
    const cell = (name: string): string => row.cells[name]?.trim() ?? "";
    if (isBlank(row)) return [];
    return [{ code: codes.get(row.key) ?? "", zh: cell("zh"), en: cell("en"), matter: cell("matter") || null }];
  });
}

/**
 * The code of each row by its key.
 *
 * Patrols that were walked name items by their codes: what has one keeps it. What is new gets one made of its English.
 */
export function codesOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  const codes = new Map(rows.flatMap(({ key, cells }) => (cells["code"] ? [[key, cells["code"]]] : [])));
  const taken = new Set(codes.values());
  for (const row of rows) {
    if (codes.has(row.key) || isBlank(row)) continue;
    const code = unlike(taken, slug(row.cells["en"] ?? ""));
    codes.set(row.key, code);
    taken.add(code);
  }
  return codes;
}

/** The words of a sentence as a code: as many of them as it holds. */
function slug(words: string): string {
  const plain = words.normalize("NFKD").replaceAll(/\p{Mark}|['’]/gu, "");
  const parts = plain.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const whole = parts.join("_").replace(/^[0-9]/, "item_$&");
  const cut = whole.slice(0, LONGEST + 1).replace(whole.length > LONGEST ? /_[^_]*$/ : "", "");
  return cut.slice(0, LONGEST) || "item";
}

function unlike(taken: ReadonlySet<string>, code: string): string {
  for (let number = 1; ; number++) {
    const tail = number === 1 ? "" : `_${number}`;
    const wanted = code.slice(0, LONGEST - tail.length) + tail;
    if (!taken.has(wanted)) return wanted;
  }
}

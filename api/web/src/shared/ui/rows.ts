/** Searching, sorting and paging of rows that are all here. */

/** Whether every word of `words` is somewhere in the texts, whatever their case. */
export function fits(texts: readonly (string | null | undefined)[], words: string): boolean {
  const whole = texts.filter(Boolean).join("\n").toLocaleLowerCase();
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

export type Key = string | number | null | undefined;

/** Sorts by a key, Chinese by its sounds, numbers within texts as numbers; what has no key comes last. */
export function sorted<T>(rows: readonly T[], key: (row: T) => Key, down = false): T[] {
  const order = new Intl.Collator("zh-CN", { numeric: true });
  const turn = down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    const [none, noOther] = [a ?? null, b ?? null].map((found) => found === null || found === "");
    if (none || noOther) return Number(none) - Number(noOther);
    if (typeof a === "number" && typeof b === "number") return turn * (a - b);
    return turn * order.compare(String(a), String(b));
  });
}

export interface Leaf<T> {
  rows: T[];
  page: number;
  pages: number;
}

/** The page of that number, or the last one where there are fewer; pages count from 0. */
export function paged<T>(rows: readonly T[], page: number, size: number): Leaf<T> {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const kept = Math.min(Math.max(page, 0), pages - 1);
  return { rows: rows.slice(kept * size, (kept + 1) * size), page: kept, pages };
}

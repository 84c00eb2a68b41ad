/** The rows of a field of rows: added, moved, taken out, and made of what was copied from a table or a text. */
import { type Field, isBlank, type Row } from "./forms";
import { meant } from "./suggested";

let made = 0;

/** A row that nobody has written in yet. */
export const freshRow = (cells: Readonly<Record<string, string>> = {}): Row => ({ key: `new-${++made}`, cells });

export function put(rows: readonly Row[], key: string, name: string, value: string): Row[] {
  return rows.map((row) => (row.key === key ? { ...row, cells: { ...row.cells, [name]: value } } : row));
}

export function insert<T>(rows: readonly T[], place: number, added: readonly T[]): T[] {
  return [...rows.slice(0, place), ...added, ...rows.slice(place)];
}

/** Moves the row at a place by so many; at the ends it stays. */
export function move(rows: readonly Row[], place: number, by: number): Row[] {
  const row = rows[place];
  const to = place + by;
  return row && to >= 0 && to < rows.length
    ? insert(
        rows.filter((one) => one !== row),
        to,
        [row],
      )
    : [...rows];
}

/** The lines and cells of a text that was copied from a table: cells apart by tabs, quoted where they hold a break. */
export function tableOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.replaceAll(/\r\n?/g, "\n").matchAll(CELL)) {
    const cell = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    lines.at(-1)?.push(cell.replaceAll(/\s+/g, " ").trim());
    if (end === "\n") lines.push([]);
    if (end === "") break;
  }
  return lines.filter((line) => line.some(Boolean));
}

const CELL = /(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/g;

/**
 * The rows once a table was pasted into the first cell of one of them: into that row where nothing is written yet, else
 * beneath it. Null where it is no table but words, which go into the cell as any others.
 */
export function paste(rows: readonly Row[], place: number, cells: readonly Field[], text: string): Row[] | null {
  const lines = tableOf(text);
  if (lines.length < 2 && (lines[0]?.length ?? 0) < 2) return null;
  const added = lines.map((line) =>
    freshRow(Object.fromEntries(cells.map((cell, at) => [cell.name, readAs(cell, line[at] ?? "")]))),
  );
  const here = rows[place];
  return here && isBlank(here)
    ? insert(
        rows.filter((row) => row !== here),
        place,
        added,
      )
    : insert(rows, place + 1, added);
}

/** A thing to be chosen may be named as people know it. */
const readAs = (cell: Field, words: string): string => meant(cell.options ?? [], words)?.value ?? words;

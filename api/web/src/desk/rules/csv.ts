/** Reads CSV (RFC 4180) as spreadsheets write it: with a byte order mark, quotes, and lines within quotes. */

export interface CsvRow {
  /** As the sheet counts: the heading is row 1. */
  row: number;
  values: Record<string, string>;
}

export function rowsOf(text: string): CsvRow[] {
  const [heading, ...lines] = cellsOf(text.replace(/^\uFEFF/, ""));
  if (!heading) return [];
  const names = heading.map((name) => name.trim());
  return lines
    .map((cells, place) => ({
      row: place + 2,
      values: Object.fromEntries(names.map((name, column) => [name, (cells[column] ?? "").trim()])),
    }))
    .filter(({ values }) => Object.values(values).some(Boolean));
}

function cellsOf(text: string): string[][] {
  const lines: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  let line: string[] = [];
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    line.push(found[1] === undefined ? (found[2] ?? "") : found[1].replaceAll('""', '"'));
    if (found[3] !== ",") {
      lines.push(line);
      line = [];
    }
    if (cell.lastIndex >= text.length && found[3] !== ",") break;
  }
  return lines;
}

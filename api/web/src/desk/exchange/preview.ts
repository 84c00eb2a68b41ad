/** What an import would do, before it is done. */
import type { paths } from "../../shared/schema";

export type Brought = paths["/api/v1/tables/{name}"]["post"]["responses"][200]["content"]["application/json"];
export type Fault = Brought["faults"][number];
export type Changed = Brought["changes"][number];

/** How many rows change: a row may change in several fields. */
export function changedRows(changes: readonly Changed[]): number {
  return new Set(changes.map((change) => change.key)).size;
}

/** Whether there is something to apply: no fault, and something that would change. */
export function applies(brought: Brought): boolean {
  return brought.faults.length === 0 && brought.adds + brought.changes.length + brought.ends > 0;
}

/** The faults row by row, as somebody goes through the sheet. */
export function inOrder(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((one, other) => one.row - other.row || one.column.localeCompare(other.column));
}

/** What a refusal says of rows, as a trial says it; nothing where it says nothing of rows. */
export function faultsIn(details: readonly Record<string, unknown>[]): Fault[] {
  return details.flatMap(({ row, column, message }) =>
    typeof row === "number" ? [{ row, column: words(column), message: words(message) }] : [],
  );
}

const words = (value: unknown): string => (typeof value === "string" ? value : "");

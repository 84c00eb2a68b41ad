/** What an import would do, before it is done. */

export interface Fault {
  /** As the sheet counts it: the heading is row 1. */
  row: number | null;
  column: string | null;
  message: string;
}

export interface Preview {
  adds: number;
  changes: number;
  ends: number;
  unchanged: number;
  faults: Fault[];
}

/** A count, whether the server sends it or what it counts. */
const count = (value: unknown): number => (Array.isArray(value) ? value.length : typeof value === "number" ? value : 0);

export function previewOf(answer: Record<string, unknown>): Preview {
  return {
    adds: count(answer["adds"]),
    changes: count(answer["changes"]),
    ends: count(answer["ends"]),
    unchanged: count(answer["unchanged"]),
    faults: (Array.isArray(answer["faults"]) ? (answer["faults"] as Fault[]) : []).toSorted(byRow),
  };
}

function byRow(one: Fault, other: Fault): number {
  return (one.row ?? 0) - (other.row ?? 0);
}

/** Whether there is something to apply: no fault, and something that would change. */
export function applies(preview: Preview): boolean {
  return preview.faults.length === 0 && preview.adds + preview.changes + preview.ends > 0;
}

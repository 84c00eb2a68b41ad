/** Who answers for a matter at a place, by the responsibility list. */
import { signal } from "@preact/signals";
import { Problem, read } from "../shared/api";

export interface Answerers {
  lead: string | null;
  cooperating: string[];
  summoned: string[];
}

const NOBODY: Answerers = { lead: null, cooperating: [], summoned: [] };
const MOST = 200;

/** By matter and street. */
export const answerers = signal<ReadonlyMap<string, Answerers>>(new Map());

export function keyOf(matter: string | null, cell: string | null): string | null {
  return matter ? `${matter}@${cell?.slice(0, 9) ?? ""}` : null;
}

/** Whose answers are of the list as it was read last; the others are shown until they are asked for again. */
let settled = new Set<string>();

/** Asks once for each matter and street, until the list is read anew; what is refused is nobody. */
export async function learnAnswerers(matter: string | null, cell: string | null): Promise<void> {
  const [key, mine] = [keyOf(matter, cell), settled];
  if (!key || !matter || mine.has(key)) return;
  const street = cell ? `?street_code=${cell.slice(0, 9)}` : "";
  const found = await read<Answerers>(`/api/v1/matters/${matter}/answerers${street}`).catch((error: unknown) => {
    if (error instanceof Problem && error.lasting) return NOBODY;
    throw error;
  });
  mine.add(key);
  const others = [...answerers.value].filter(([one]) => one !== key);
  answerers.value = new Map([...others.slice(-MOST), [key, found]]);
}

/** The list was read anew: others may answer. */
export function doubtAnswerers(): void {
  settled = new Set();
}

export function answerersOf(matter: string | null, cell: string | null): Answerers {
  return answerers.value.get(keyOf(matter, cell) ?? "") ?? NOBODY;
}

/** Who answers for a matter at a place, by the responsibility list. */
import { signal } from "@preact/signals";
import { read } from "../shared/api";

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

/** Asks once for each matter and street; what is refused is nobody. */
export async function learnAnswerers(matter: string | null, cell: string | null): Promise<void> {
  const key = keyOf(matter, cell);
  if (!key || !matter || answerers.value.has(key)) return;
  const street = cell ? `?street_code=${cell.slice(0, 9)}` : "";
  const found = await read<Answerers>(`/api/v1/matters/${matter}/answerers${street}`).catch(() => NOBODY);
  const kept = [...answerers.value].slice(-MOST);
  answerers.value = new Map([...kept, [key, found]]);
}

export function answerersOf(matter: string | null, cell: string | null): Answerers {
  return answerers.value.get(keyOf(matter, cell) ?? "") ?? NOBODY;
}

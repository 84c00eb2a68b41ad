/** The organisations, read once for all pages that let one choose among them. */
import { signal } from "@preact/signals";
import { readAll } from "../../shared/api";
import { say } from "../../shared/words";
import type { Option } from "../../shared/ui/forms";
import type { Organisation } from "./types";

export const organisations = signal<readonly Organisation[]>([]);
const MOST = 20_000;

export async function readOrganisations(): Promise<readonly Organisation[]> {
  const all = await readAll<Organisation>("/api/v1/organisations?limit=1000&closed=true", MOST);
  organisations.value = all;
  return all;
}

export function organisationName(code: string): string {
  if (code === "STREET_OFFICE") return say("所在街道办", "Street's office");
  return organisations.value.find((one) => one.code === code)?.name ?? code;
}

/** Those that are open, to choose from. */
export function organisationOptions(): Option[] {
  return organisations.value
    .filter((one) => !one.closed_at)
    .map(({ code, name }) => ({ value: code, words: { zh: name, en: name } }));
}

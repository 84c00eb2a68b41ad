/** The matters of the list in force, read by pages that let one choose among them or tell of them. */
import { signal } from "@preact/signals";
import { read } from "../../shared/api";
import type { Option } from "../../shared/ui/forms";
import type { Matter, MatterList } from "./lists";

const matters = signal<readonly Matter[]>([]);

export async function readMatters(): Promise<void> {
  matters.value = (await read<MatterList>("/api/v1/matters")).items;
}

/** What a matter is called, beside its code; the code alone where it is not known here. */
export function matterName(code: string): string {
  const found = matters.value.find((one) => one.code === code);
  return found ? `${found.name}（${code}）` : code;
}

export const matterOptions = (): Option[] =>
  matters.value.map(({ code, name }) => ({ value: code, words: { zh: name, en: name } }));

/** What people answer for, and may walk a checklist as; read by the page that lets one choose among it. */
import { signal } from "@preact/signals";
import { readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { say } from "../../shared/words";

export type Walker = components["schemas"]["DutyRoleOut"];

const walkers = signal<readonly Walker[]>([]);

export async function readWalkers(): Promise<readonly Walker[]> {
  walkers.value = await readAll<Walker>("/api/v1/duty-roles");
  return walkers.value;
}

export function walkerName(code: string): string {
  const found = walkers.value.find((role) => role.code === code);
  return found ? say(found.name_zh, found.name_en) : code;
}

/** Command groups and templates that are summoned at once; read when somebody is about to choose among them. */
import { signal } from "@preact/signals";
import { read } from "../shared/api";
import type { Schemas } from "./state";

type Team = Schemas["TeamOut"];

export const teams = signal<readonly Team[]>([]);

export async function learnTeams(): Promise<void> {
  const { items } = await read<{ items: Team[] }>("/api/v1/teams").catch(() => ({ items: [] }));
  teams.value = items.filter((team) => team.retired_at === null);
}

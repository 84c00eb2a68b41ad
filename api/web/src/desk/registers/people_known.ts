/** Who people are that programs know by an id: each is asked for once, when their name is wanted. */
import { signal } from "@preact/signals";
import { Problem, read } from "../../shared/api";
import { say } from "../../shared/words";
import type { PersonOut } from "./types";

/** By their ids; null of whom one may not see. */
const people = signal<ReadonlyMap<string, Called | null>>(new Map());
const asked = new Set<string>();

type Called = Pick<PersonOut, "id" | "name" | "staff_code">;

/** Somebody's name with their staff number; of whom one may not see, that, and what tells them from others such. */
export function personName(id: string): string {
  const found = people.value.get(id);
  if (found) return calledOf(found);
  void needPerson(id);
  const end = id.slice(-4);
  return found === null
    ? say(`您不能查看的人（…${end}）`, `somebody whom you may not see (…${end})`)
    : say(`正在读取（…${end}）`, `reading (…${end})`);
}

export const calledOf = ({ name, staff_code }: Omit<Called, "id">): string => `${name}（${staff_code}）`;

async function needPerson(id: string): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  try {
    learn(id, await read<Called>(`/api/v1/people/${id}`));
  } catch (error) {
    if (error instanceof Problem && error.lasting) learn(id, null);
    else asked.delete(id);
  }
}

function learn(id: string, found: Called | null): void {
  people.value = new Map(people.peek()).set(id, found);
}

/** What the server holds where it would not take an item: read anew where it can be, else as it said so itself. */
import { read } from "../shared/api";
import type { Item } from "./outbox/items";

export type Stored = Record<string, unknown>;

interface Way {
  path: string;
  /** What of the answer stands in the way. */
  pick: (answer: Stored) => Stored | undefined;
}

/** Where it is read; null where nothing can be asked. */
export function wayTo({ kind, id, chain, request: { body } }: Item): Way | null {
  switch (kind) {
    case "case_act":
    case "report":
      return { path: `/api/v1/incidents/${chain}`, pick: (answer) => answer };
    case "shift":
      // One that was not ended elsewhere stands in the way of the next.
      return { path: "/api/v1/me/positions", pick: ({ shifts }) => rows(shifts).find((one) => !one["ended_at"]) };
    case "check_in":
    case "whistle_act":
      return { path: `/api/v1/whistles/${chain}`, pick: (answer) => calledOf(answer, body["organisation_code"]) };
    case "patrol":
      return {
        path: `/api/v1/patrols?cell_code=${String(body["cell_code"])}`,
        pick: ({ items }) => rows(items).find((one) => one["id"] === id),
      };
    default:
      return null;
  }
}

/** What a whistle has come to for one whom it calls: its summons, and what they filed last. */
function calledOf({ stage, summons, measures }: Stored, organisation: unknown): Stored | undefined {
  const isTheirs = (one: Stored): boolean => one["organisation_code"] === organisation;
  const called = rows(summons).find(isTheirs);
  const measure = rows(measures).filter(isTheirs).at(-1)?.["text"];
  if (!called) return undefined;
  const { stage: reached, name, ...moments } = called;
  return { ...moments, organisation: name, whistle_stage: stage, summons_stage: reached, measure };
}

function rows(of: unknown): Stored[] {
  return Array.isArray(of) ? (of as Stored[]) : [];
}

/** What is stored; nothing in it where the server does not show that. Throws what `read` throws where nothing is known. */
export async function storedOf(item: Item): Promise<Stored> {
  const told = item.trouble?.details[0]?.["stored"] as Stored | undefined;
  const way = wayTo(item);
  if (!way) return told ?? {};
  try {
    return way.pick(await read<Stored>(way.path)) ?? told ?? {};
  } catch (error) {
    if (told) return told;
    throw error;
  }
}

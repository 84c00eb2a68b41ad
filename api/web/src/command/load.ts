/** Fetches what the page shows. A moment of the past asks for it as of then. */
import { batch } from "@preact/signals";
import { Problem, read, readAll } from "../shared/api";
import { learnCodes } from "../shared/heard";
import type { Catalogue } from "../shared/map";
import { heardTime } from "../shared/time";
import type { Due, Figures, Kind, Matter, Watch, WhistleRow } from "./state";
import * as state from "./state";

/** So many are listed at most: of more, the newest. */
export const MOST_WHISTLES = 400;

/** Returns the address with `as_of`, where a moment of the past is asked about. */
export function asOf(path: string, moment: string | null): string {
  if (!moment) return path;
  return `${path}${path.includes("?") ? "&" : "?"}as_of=${encodeURIComponent(moment)}`;
}

/** Asks about the moment that is looked at, and shows what is told; where another is looked at by then, drops it. */
export async function ofMoment<T>(
  part: state.OfAMoment,
  ask: (moment: string | null) => Promise<T>,
  show: (found: T, moment: string | null) => void,
): Promise<void> {
  const moment = state.moment.value;
  const found = await ask(moment);
  if (state.moment.value !== moment) return;
  batch(() => {
    show(found, moment);
    state.tellMoment(part, moment);
  });
}

/** What rows say; `late_s` is told anew with each answer, and shown nowhere. */
function said(row: object): string {
  const known = words.get(row) ?? JSON.stringify(row, (key, value: unknown) => (key === "late_s" ? 0 : value));
  words.set(row, known);
  return known;
}
const words = new WeakMap<object, string>();

/** What is told, in the same objects where it says the same as before: what did not change is not drawn again. */
export function kept<T extends object>(before: readonly T[], rows: readonly T[]): readonly T[] {
  const known = new Map(before.map((row) => [said(row), row]));
  const found = rows.map((row) => known.get(said(row)) ?? row);
  return found.length === before.length && found.every((row, at) => row === before[at]) ? before : found;
}

/** The moment of the past at which each version of the land was met first: the same version is the same tiles. */
const met = new Map<string, string>();

/** Fetches the catalogue of the moment that is looked at. */
export function loadCatalogue(): Promise<void> {
  return ofMoment(
    "land",
    (moment) => read<Catalogue>(asOf("/tiles", moment)),
    (found, moment) => {
      const version = found.layers.find(({ periodic }) => !periodic)?.version ?? "";
      // What was live is no more once a new grid is published: the past is asked for by its moment, always.
      if (moment && !met.has(version)) met.set(version, moment);
      state.sight.value = { asOf: moment, land: moment && (met.get(version) ?? moment) };
      state.catalogue.value = found;
    },
  );
}

export function loadWatch(): Promise<void> {
  return ofMoment(
    "watch",
    (moment) => toldOf<Watch>("/api/v1/watch", moment),
    (found, moment) => {
      if (found && moment === null) heardTime(found.at);
      state.watch.value = found && watchOf(found);
      state.untold.value = found ? null : moment;
      const rows = [...(found?.late ?? []), ...(found?.soon ?? [])];
      state.learnNames(
        rows.flatMap((row) => [
          [row.organisation_code ?? "", row.organisation],
          [row.street_code ?? "", row.street],
        ]),
      );
    },
  );
}

/** The lists that are told, or those that stand where they say the same. */
function watchOf(found: Watch): Watch {
  const before = state.watch.value;
  if (!before) return found;
  const [late, soon] = [kept(before.late, found.late) as Due[], kept(before.soon, found.soon) as Due[]];
  const same = late === before.late && soon === before.soon;
  const counted = found.late_total === before.late_total && found.soon_total === before.soon_total;
  return same && counted ? before : { ...found, late, soon };
}

/** Emergencies come first among what is late and what is due: a week ahead none is left out. */
export async function loadEmergencies(): Promise<void> {
  const found = await read<Watch>("/api/v1/watch?within_minutes=10080&limit=100");
  const rows = [...found.late, ...found.soon].filter((row) => row.emergency);
  state.emergencies.value = new Set(rows.map((row) => row.incident_id));
}

export function loadFigures(): Promise<void> {
  return ofMoment(
    "figures",
    (moment) => toldOf<Figures>("/api/v1/figures", moment),
    (found, moment) => {
      state.figures.value = found;
      state.learnNames(found?.streets.map((row) => [row.street_code, row.street]) ?? [], moment === null);
    },
  );
}

export function loadWhistles(): Promise<void> {
  return ofMoment(
    "whistles",
    (moment) => readAll<WhistleRow>(asOf("/api/v1/whistles?limit=200&open=true", moment), MOST_WHISTLES),
    (rows) => {
      const open = rows.filter((row) => row.stage !== "closed" && row.stage !== "withdrawn");
      state.whistles.value = kept(state.whistles.value, open);
      state.learnNames(
        rows.flatMap(({ sides, summons }) => [
          ...sides.map((side) => [side.street_code, side.street_name] as const),
          ...summons.map((one) => [one.organisation_code, one.name] as const),
        ]),
      );
    },
  );
}

/** What changes once in months. Each part that comes is kept; throws where one did not come that may come yet. */
export async function loadRules(): Promise<void> {
  const parts = await Promise.allSettled([
    read<{ items: Matter[] }>("/api/v1/matters").then(({ items }) => {
      state.matters.value = new Map(items.map((matter) => [matter.code, matter]));
    }),
    read<{ items: Kind[] }>("/api/v1/whistle-kinds").then(({ items }) => {
      state.kinds.value = items;
      learnCodes("whistle_kind", Object.fromEntries(items.map(({ code, name }) => [code, name])));
    }),
    readAll<Named>("/api/v1/organisations?limit=200").then((items) => rename(items)),
    read<{ features: { properties: Named }[] }>("/api/v1/areas/districts").then(({ features }) =>
      rename(features.map(({ properties }) => properties)),
    ),
  ]);
  for (const part of parts) {
    const error: unknown = part.status === "rejected" ? part.reason : null;
    if (error instanceof Error && !(error instanceof Problem && error.lasting)) throw error;
  }
}

interface Named {
  code: string;
  name: string;
}

function rename(items: readonly Named[]): void {
  state.learnNames(
    items.map(({ code, name }) => [code, name]),
    true,
  );
}

/** Null where what was late at a moment of the past is not known any more. */
async function toldOf<T>(path: string, moment: string | null): Promise<T | null> {
  try {
    return await read<T>(asOf(path, moment));
  } catch (error) {
    if (moment && error instanceof Problem && error.status === 422) return null;
    throw error;
  }
}

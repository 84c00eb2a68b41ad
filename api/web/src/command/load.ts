/** Fetches what the page shows. A moment of the past asks for it as of then. */
import { batch } from "@preact/signals";
import { Problem, read, readAll } from "../shared/api";
import type { Catalogue } from "../shared/map";
import { heardTime } from "../shared/time";
import type { Figures, Kind, Matter, Watch, WhistleRow } from "./state";
import * as state from "./state";

const MOST_WHISTLES = 400;

/** Returns the address with `as_of`, where a moment of the past is shown. */
export function asOf(path: string): string {
  const moment = state.moment.value;
  if (!moment) return path;
  return `${path}${path.includes("?") ? "&" : "?"}as_of=${encodeURIComponent(moment)}`;
}

/** The moment at which each version of the land was met first: the same version is the same tiles. */
const met = new Map<string, string | null>();

/** Fetches the catalogue of the moment that is looked at; one that somebody no longer waits for is dropped. */
export async function loadCatalogue(): Promise<void> {
  const moment = state.moment.value;
  const found = await read<Catalogue>(asOf("/tiles"));
  if (state.moment.value !== moment) return;
  const version = found.layers.find(({ periodic }) => !periodic)?.version ?? "";
  if (!met.has(version)) met.set(version, moment);
  batch(() => {
    state.sight.value = { asOf: moment, land: met.get(version) ?? null };
    state.catalogue.value = found;
  });
}

export async function loadWatch(): Promise<void> {
  const found = await ofThisMoment<Watch>("/api/v1/watch");
  if (!state.past.value && found) heardTime(found.at);
  state.watch.value = found;
  const rows = [...(found?.late ?? []), ...(found?.soon ?? [])];
  state.learnNames(
    rows.flatMap((row) => [
      [row.organisation_code ?? "", row.organisation],
      [row.street_code ?? "", row.street],
    ]),
  );
}

export async function loadFigures(): Promise<void> {
  const found = await ofThisMoment<Figures>("/api/v1/figures");
  state.figures.value = found;
  state.learnNames(found?.streets.map((row) => [row.street_code, row.street]) ?? []);
}

export async function loadWhistles(): Promise<void> {
  const path = asOf("/api/v1/whistles?limit=200&open=true");
  const rows = await readAll<WhistleRow>(path, MOST_WHISTLES);
  state.whistles.value = rows.filter((row) => row.stage !== "closed" && row.stage !== "withdrawn");
  for (const row of rows) {
    state.learnNames(row.sides.map((side) => [side.street_code, side.street_name]));
    state.learnNames(row.summons.map((one) => [one.organisation_code, one.name]));
  }
}

/** What changes once in months. */
export async function loadRules(): Promise<void> {
  const [matters, kinds, organisations, districts] = await Promise.allSettled([
    read<{ items: Matter[] }>("/api/v1/matters"),
    read<{ items: Kind[] }>("/api/v1/whistle-kinds"),
    readAll<{ code: string; name: string }>("/api/v1/organisations?limit=200"),
    read<{ features: { properties: { code: string; name: string } }[] }>("/api/v1/areas/districts"),
  ]);
  if (matters.status === "fulfilled") {
    state.matters.value = new Map(matters.value.items.map((matter) => [matter.code, matter]));
  }
  if (kinds.status === "fulfilled") state.kinds.value = kinds.value.items;
  if (organisations.status === "fulfilled") {
    state.learnNames(organisations.value.map(({ code, name }) => [code, name]));
  }
  if (districts.status === "fulfilled") {
    state.learnNames(districts.value.features.map(({ properties: { code, name } }) => [code, name]));
  }
}

/** Null where the server cannot tell it of a moment of the past. */
async function ofThisMoment<T>(path: string): Promise<T | null> {
  try {
    return await read<T>(asOf(path));
  } catch (error) {
    if (state.past.value && error instanceof Problem && error.status === 422) return null;
    throw error;
  }
}

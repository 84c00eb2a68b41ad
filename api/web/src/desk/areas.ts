/** The areas by their codes: names, and the tree of streets and communities. */
import { signal } from "@preact/signals";
import { read } from "../shared/api";

export interface Area {
  code: string;
  name: string;
  district_code: string;
}

interface Collection {
  features: { properties: Area }[];
}

const LEVELS = ["districts", "streets", "communities"] as const;

/** Every area that I may see, by its code; empty until it was read. */
export const areas = signal<ReadonlyMap<string, Area>>(new Map());
let asked: Promise<void> | null = null;

/** Reads the areas once; who may not read the grid sees codes. */
export function needAreas(): Promise<void> {
  asked ??= (async () => {
    const levels = await Promise.all(LEVELS.map((level) => read<Collection>(`/api/v1/areas/${level}`)));
    const all = levels.flatMap((level) => level.features.map((feature) => feature.properties));
    areas.value = new Map(all.map((area) => [area.code, area]));
  })().catch(() => {
    asked = null;
  });
  return asked;
}

/** The name of an area with its code; the code alone where the name is not known. */
export function areaName(code: string): string {
  void needAreas();
  const found = areas.value.get(code);
  return found ? `${found.name}（${code}）` : code;
}

/** The areas below one, or the topmost of all, in the order of their codes. */
export function below(all: ReadonlyMap<string, Area>, code: string | null): Area[] {
  const inside = [...all.values()].filter((area) => parentOf(all, area.code) === code);
  return inside.sort((one, other) => one.code.localeCompare(other.code));
}

/** The nearest area that holds this one; null where none is known. */
export function parentOf(all: ReadonlyMap<string, Area>, code: string): string | null {
  for (const digits of [9, 6]) {
    const above = code.slice(0, digits);
    if (above.length < code.length && all.has(above)) return above;
  }
  return null;
}

/** Which version of the grid is drawn, in words: of now, or of the moment that is looked at. */
import { computed } from "@preact/signals";
import type { GridVersion } from "../shared/map";
import { me } from "../shared/session";
import { fullTime } from "../shared/time";
import { say } from "../shared/words";
import { catalogue, nameOf } from "./state";

export const gridDrawn = computed(() => {
  const areas = me.value?.grants.map((grant) => grant.area_code.slice(0, 6)) ?? [];
  return inWords(catalogue.value?.grids ?? [], areas);
});

/** Of the districts that somebody's areas lie in, or hold; of all where none is among them. */
export function inWords(grids: readonly GridVersion[], areas: readonly string[]): string {
  const own = grids.filter(({ district_code: code }) => areas.some((area) => code.startsWith(area)));
  const told = own.length ? own : grids;
  if (told.length === 0) return "";
  const parts = told.map((one) =>
    told.length === 1 ? numbered(one) : `${nameOf(one.district_code)} ${numbered(one)}`,
  );
  return say(`网格：${parts.join("，")}`, `Grid: ${parts.join(", ")}`);
}

/** A first one is taken to have been in force for ever. */
function numbered({ version, valid_from: since }: GridVersion): string {
  const from = fullTime(since);
  return version > 1
    ? say(`第 ${version} 版（${from} 起）`, `version ${version} (since ${from})`)
    : say("第 1 版", "version 1");
}

/** Going from mark to mark of the map by the keyboard: whistles and incidents in sight, the most urgent first. */
import { INCIDENTS } from "../shared/map";
import type { GlMap } from "../shared/map/drawing";
import { STAGES } from "../shared/terms";
import { said, say } from "../shared/words";
import { spoken } from "./flying";
import type { Markers } from "./markers";
import { chosen, matters } from "./state";
import { inOrder, type Stop } from "./stops";
import { look } from "./view";

interface Told {
  id: string;
  matter?: string;
  number?: string;
  stage?: string;
  overdue?: boolean;
  emergency?: boolean;
}

/** Chooses the next mark that is in sight, or the one before, and says which it is. */
export function chooseNext(map: GlMap, markers: Markers, by: 1 | -1): void {
  const stops = inOrder([...whistlesOf(markers), ...incidentsOf(map)]);
  if (stops.length === 0) {
    nearer(map);
    return;
  }
  const here = stops.findIndex(({ at }) => at.id === chosen.value?.id);
  const next = (here < 0 ? (by > 0 ? 0 : stops.length - 1) : here + by + stops.length) % stops.length;
  const stop = stops[next];
  if (!stop) return;
  look(stop.at);
  const place = `${next + 1}/${stops.length}`;
  spoken.value = say(`地图上第 ${place}：${stop.name}`, `On the map, ${place}: ${stop.name}`);
}

function whistlesOf(markers: Markers): Stop[] {
  return markers.inSight().map(({ row, x, y }) => {
    const name = matters.value.get(row.matter_code)?.name ?? row.incident_number;
    const rank = row.kind === "emergency" ? 0 : 2;
    return { at: { kind: "whistle", id: row.id }, x, y, rank, name: say(`吹哨 ${name}`, `whistle ${name}`) };
  });
}

function incidentsOf(map: GlMap): Stop[] {
  const layers = [...INCIDENTS].map((name) => `${name}:one`).filter((id) => map.getLayer(id));
  if (layers.length === 0) return [];
  return map.queryRenderedFeatures({ layers }).flatMap((feature) => {
    if (feature.geometry.type !== "Point") return [];
    const told = feature.properties as Told;
    const { x, y } = map.project(feature.geometry.coordinates as [number, number]);
    return [{ at: { kind: "case" as const, id: told.id }, x, y, rank: rankOf(told), name: nameOf(told) }];
  });
}

const rankOf = ({ emergency, overdue }: Told): number => (emergency ? 0 : overdue ? 1 : 3);

function nameOf({ matter, number, stage, overdue, emergency }: Told): string {
  const parts = [
    matter ?? number,
    said(STAGES[stage ?? ""]),
    overdue && say("超时", "late"),
    emergency && say("应急", "emergency"),
  ];
  return parts.filter(Boolean).join(say("，", ", "));
}

/** Where everything in sight is counted together, the largest crowd is looked at from nearer. */
function nearer(map: GlMap): void {
  const layers = [...INCIDENTS].map((name) => `${name}:many`).filter((id) => map.getLayer(id));
  const crowds = layers.length ? map.queryRenderedFeatures({ layers }) : [];
  const largest = crowds.reduce<(typeof crowds)[number] | null>(
    (most, one) => (most && Number(most.properties["count"]) >= Number(one.properties["count"]) ? most : one),
    null,
  );
  if (largest?.geometry.type !== "Point") {
    spoken.value = say("眼前的地图上没有可选的。", "Nothing in sight can be chosen.");
    return;
  }
  map.jumpTo({ center: largest.geometry.coordinates as [number, number], zoom: map.getZoom() + 2 });
  const count = String(largest.properties["count"]);
  spoken.value = say(`已放大到最密的一处：${count} 件。`, `Nearer, to where most are: ${count}.`);
}

/** What the page shows, as signals. Everything here can be thrown away and fetched again. */
import { computed, signal } from "@preact/signals";
import type { Catalogue, Shown, Sight } from "../shared/map";
import type { components } from "../shared/schema";
import { now } from "../shared/time";
import type { Chosen, Place } from "./link";

export type Schemas = components["schemas"];
export type Watch = Schemas["WatchOut"];
export type Due = Watch["late"][number];
export type Figures = Schemas["FiguresOut"];
export type WhistleRow = Schemas["WhistleRowOut"];
export type Whistle = Schemas["WhistleOut"];
export type Incident = Schemas["IncidentOut"];
export type Fact = Schemas["FactOut"];
export type Evidence = Schemas["EvidenceOut"];
export type CaseAct = Schemas["PossibilityOut"];
export type Matter = Schemas["MatterOut"];
export type Kind = Schemas["KindOut"];

export const catalogue = signal<Catalogue | null>(null);
/** The moment that the catalogue is of: tiles are drawn with its classes, never with those of another moment. */
export const sight = signal<Sight>({ asOf: null, land: null });
export const watch = signal<Watch | null>(null);
export const figures = signal<Figures | null>(null);
/** The cases of all emergencies, however far their deadlines; null while nobody listens for them. */
export const emergencies = signal<ReadonlySet<string> | null>(null);
/** The moment of the past of which nobody can tell what was late, where such a one was asked for. */
export const untold = signal<string | null>(null);
export const whistles = signal<readonly WhistleRow[]>([]);
export const matters = signal<ReadonlyMap<string, Matter>>(new Map());
export const kinds = signal<readonly Kind[]>([]);
/** Of organisations and areas, by their codes. */
export const names = signal<ReadonlyMap<string, string>>(new Map());

export const chosen = signal<Chosen | null>(null);
/** Null is now. */
export const moment = signal<string | null>(null);
/** Where somebody moved the map to; null while it shows the whole. */
export const place = signal<Place | null>(null);
/** Where the map's middle is, moved or not. */
export const middle = signal<Place | null>(null);
export const shown = signal<readonly Shown[]>([]);

/** The parts of the picture that are of the moment that is looked at. */
export const OF_A_MOMENT = ["land", "watch", "figures", "whistles", "chosen"] as const;
export type OfAMoment = (typeof OF_A_MOMENT)[number];
/** Which moment each part is of; those that are not there yet are of none. */
export const moments = signal<Partial<Record<OfAMoment, string | null>>>({});
/** Whether the map still shows tiles of another moment. */
export const redrawing = signal(false);

/** Since when, by the server's clock, the picture may be old; null while it is right. */
export const staleSince = signal<number | null>(null);
export const over = signal(false);

/** The moment that all countdowns are told from: that of the picture where it is one of the past. */
export const pointInTime = computed(() => (moment.value ? Date.parse(moment.value) : now.value));
export const past = computed(() => moment.value !== null);

/** Whether a part of the picture is still of another moment than the one that is looked at. */
export function isOfAnother(part: OfAMoment): boolean {
  const { [part]: of = moment.value } = moments.value;
  return of !== moment.value;
}
/** Whether any is: nothing is of now, or of then, before all of it is. */
export const reading = computed(() => redrawing.value || OF_A_MOMENT.some(isOfAnother));

export function tellMoment(part: OfAMoment, of: string | null): void {
  if (moments.peek()[part] !== of) moments.value = { ...moments.peek(), [part]: of };
}

export function nameOf(code: string | null | undefined): string {
  return code ? (names.value.get(code) ?? code) : "";
}

/** Learns what nobody named yet; `anew` also what is called otherwise by now, which only lists of the present know. */
export function learnNames(found: Iterable<readonly [string, string | null | undefined]>, anew = false): void {
  const news = new Map<string, string>();
  for (const [code, name] of found) {
    const known = news.get(code) ?? names.peek().get(code);
    if (name && known !== name && (known === undefined || anew)) news.set(code, name);
  }
  if (news.size) names.value = new Map([...names.peek(), ...news]);
}

const BY_STAGE = "incidents_by_stage";

/** The layers that are shown at first, from below to above. */
export function shownAtFirst(found: Catalogue): Shown[] {
  const names = found.layers.filter((layer) => layer.visible && layer.listed).sort((a, b) => a.order - b.order);
  const staged = found.layers.some(({ name }) => name === BY_STAGE);
  return [
    ...(found.base_map ? [{ name: "base_map", opacity: 1 }] : []),
    // A wall asks first how far cases are, and then how well they are placed.
    ...names.map(({ name }) => ({ name: staged && name === "incidents" ? BY_STAGE : name, opacity: 1 })),
  ];
}

/** Where a layer lies if nobody moved it. */
export function orderOf(name: string): number {
  if (name === "people") return 65;
  if (name === "base_map") return 0;
  return catalogue.value?.layers.find((layer) => layer.name === name)?.order ?? 50;
}

/** The report that is being written: kept at every touch, so that a page that is closed opens where it was. */
import { signal } from "@preact/signals";
import type { Position } from "geojson";
import { uuid7 } from "../../shared/uuid";
import type { Words } from "../../shared/words";
import type { Holder, Matter, Outline } from "../carried";
import { type LonLat, metresBetween } from "../geometry";
import type { Draft } from "../outbox/items";
import { type Fix, FRESH_MS } from "../where";

export interface Shot {
  id: string;
  name: string;
  type: string;
  size: number;
  sha256: string;
  /** A small picture as a data URI; empty where the browser could draw none. */
  thumb: string;
}

export interface Point {
  kind: "point";
  lon: number;
  lat: number;
  accuracyM: number | null;
  by: "gps" | "hand";
  /** When the receiver was there. */
  at?: number;
}

export type Place = Point | { kind: "shape"; geometry: Outline; ids: string[] };

/** What a report comes from: an item of a patrol that is being walked, by the key under which the walk is kept. */
export interface Finding {
  walk: string;
  item: string;
  words: Words;
}

export interface Writing {
  id: string;
  matter: string | null;
  text: string;
  address: string;
  place: Place | null;
  shots: Shot[];
  finding?: Finding;
  /** What was being written when a patrol found something: it is there again afterwards. */
  before?: Writing;
}

export function blank(): Writing {
  return { id: uuid7(), matter: null, text: "", address: "", place: null, shots: [] };
}

export const writing = signal<Writing>(blank());

/** A place where a finger put it. */
export function byHand({ lon, lat }: LonLat): Point {
  return { kind: "point", lon, lat, accuracyM: null, by: "hand" };
}

/** A place as the receiver has it, with how far it may err. */
export function byReceiver({ lon, lat, accuracyM, at }: Fix): Point {
  return { kind: "point", lon, lat, accuracyM, by: "gps", at };
}

/**
 * The place of a report after what the receiver says now. A pin that was set by hand stays. A photo shows where it was
 * taken: from then on the place becomes finer, and moves no more. Of a report in which nothing is written the place is
 * where somebody is: it goes when nobody knows that any longer.
 */
export function followed(written: Writing, here: Fix | null): Place | null {
  const { place, shots } = written;
  if (place && (place.kind === "shape" || place.by === "hand")) return place;
  if (!here) return isBlank(written) ? null : place;
  if (place?.at === here.at) return place;
  return !place || shots.length === 0 || isFiner(here, place) ? byReceiver(here) : place;
}

function isFiner(here: Fix, { at, accuracyM, ...centre }: Point): boolean {
  if (at === undefined || accuracyM === null || here.at - at > FRESH_MS) return false;
  return here.accuracyM < accuracyM && metresBetween(here, centre) <= accuracyM;
}

/** Whether the receiver says something else than the place of a report, so that somebody may want that instead. */
export function isElsewhere({ place, shots }: Writing, here: Fix): boolean {
  if (!place) return false;
  if (place.kind === "shape" || place.by === "hand") return true;
  const errsM = place.accuracyM ?? 0;
  return shots.length > 0 && (metresBetween(here, place) > here.accuracyM + errsM || 2 * here.accuracyM < errsM);
}

export function isBlank({ matter, text, address, shots, finding }: Writing): boolean {
  return matter === null && !text && !address && shots.length === 0 && !finding;
}

/** What a report is missing to be sent; null where nothing is. A matter that left the list must be chosen anew. */
export function missing(
  { matter, place, address }: Writing,
  matters: readonly { code: string }[],
): "matter" | "place" | null {
  if (!matters.some(({ code }) => code === matter)) return "matter";
  return place === null && !address.trim() ? "place" : null;
}

/** What is written, with the report `id` changed: itself, or the one that waits behind it. Null: it is neither. */
export function changed(now: Writing, id: string, change: (one: Writing) => Writing): Writing | null {
  if (now.id === id) return change(now);
  const before = now.before && changed(now.before, id, change);
  return before ? { ...now, before } : null;
}

/** The items that a report is sent as: itself, then its photos. */
export function itemsOf(written: Writing, matter: Matter, owner: Holder, at: Date): Draft[] {
  const common = { account: owner.account_id, chain: written.id, madeAt: at.toISOString() };
  const report: Draft = {
    ...common,
    id: written.id,
    kind: "report",
    after: [],
    label: { zh: matter.name, en: `Report: ${matter.name}` },
    request: { method: "POST", path: "/api/v1/incidents", body: bodyOf(written, matter, at) },
  };
  const photos = written.shots.map((shot, at_) => photoOf(shot, { ...common, order: at_ + 1 }));
  return [report, ...photos];
}

function bodyOf(written: Writing, matter: Matter, at: Date): Record<string, unknown> {
  return {
    id: written.id,
    reported_at: at.toISOString(),
    channel: "grid_worker",
    matter: matter.code,
    text: written.text.trim() || matter.name,
    ...(written.place ? { position: positionOf(written.place) } : {}),
    ...(written.address.trim() ? { address: written.address.trim() } : {}),
  };
}

export function positionOf(place: Place): Record<string, unknown> {
  if (place.kind === "shape") return { datum: "wgs84", geometry: place.geometry };
  const accuracy = place.accuracyM === null ? {} : { accuracy_m: Math.min(20_000, place.accuracyM) };
  return { datum: "wgs84", lon: place.lon, lat: place.lat, ...accuracy };
}

/** The place that a report was sent with; null where it had none. */
export function placeOf(position: unknown): Place | null {
  const { lon, lat, accuracy_m: accuracyM = null, geometry } = (position ?? {}) as Partial<Sent>;
  if (geometry) return { kind: "shape", geometry, ids: [] };
  return lon === undefined || lat === undefined ? null : { ...byHand({ lon, lat }), accuracyM };
}

interface Sent {
  lon: number;
  lat: number;
  accuracy_m: number | null;
  geometry: Outline;
}

interface Belonging {
  account: string;
  chain: string;
  madeAt: string;
  order: number;
}

/** A photo of a case; it waits until the case is there, where the case is a report of ours that has not been sent. */
export function photoOf(shot: Shot, { order, ...common }: Belonging, after: string[] = [common.chain]): Draft {
  const { id, name, type, size, sha256 } = shot;
  const body = { id, incident_id: common.chain, name, media_type: type, size, sha256 };
  return {
    ...common,
    id,
    kind: "evidence",
    after,
    label: { zh: `照片 ${order}`, en: `Photo ${order}` },
    request: { method: "POST", path: "/api/v1/evidence/uploads", body },
  };
}

/** The middle of a place, to look at. */
export function middleOf(place: Place): [number, number] {
  if (place.kind === "point") return [place.lon, place.lat];
  const rings = place.geometry.type === "Polygon" ? place.geometry.coordinates : place.geometry.coordinates.flat();
  const points: Position[] = rings.flat();
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length;
  return [mean(0), mean(1)];
}

/** A view as an address: what is looked at, when, where and how; ids and codes only, nothing of anybody. */
import type { Tongue } from "../shared/words";
import type { Shown } from "../shared/map";

export type Theme = "auto" | "day" | "night";

export interface Chosen {
  kind: "case" | "whistle";
  id: string;
}

export interface Place {
  lon: number;
  lat: number;
  zoom: number;
}

export interface View {
  chosen: Chosen | null;
  place: Place | null;
  /** From below to above; null: as the catalogue shows them at first. */
  shown: readonly Shown[] | null;
  /** Null is now. */
  moment: string | null;
  tongue: Tongue | null;
  theme: Theme | null;
}

const HOME = "/command";
const ROOMS = { case: "cases", whistle: "whistles" } as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LAYER = /^([a-z][a-z0-9_]{0,59})(?:~(\d{1,3}))?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

export function addressOfView(view: View): string {
  const path = view.chosen ? `${HOME}/${ROOMS[view.chosen.kind]}/${view.chosen.id}` : HOME;
  const asked: string[] = [];
  if (view.place) {
    const { zoom, lat, lon } = view.place;
    asked.push(`map=${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }
  if (view.shown) asked.push(`layers=${view.shown.map(written).join(",")}`);
  if (view.moment) asked.push(`at=${encodeURIComponent(view.moment)}`);
  if (view.tongue) asked.push(`lang=${view.tongue}`);
  if (view.theme) asked.push(`theme=${view.theme}`);
  return asked.length ? `${path}?${asked.join("&")}` : path;
}

/** Reads an address; what is not understood is left out, never believed. */
export function viewOfAddress(address: string): View {
  const { pathname, searchParams: asked } = new URL(address, "http://x");
  const tongue = asked.get("lang");
  const theme = asked.get("theme");
  const moment = asked.get("at");
  return {
    chosen: chosenOf(pathname),
    place: placeOf(asked.get("map")),
    shown: shownOf(asked.get("layers")),
    moment: moment && MOMENT.test(moment) && !Number.isNaN(Date.parse(moment)) ? moment : null,
    tongue: tongue === "zh" || tongue === "en" ? tongue : null,
    theme: theme === "auto" || theme === "day" || theme === "night" ? theme : null,
  };
}

function written({ name, opacity }: Shown): string {
  const hundredths = Math.round(opacity * 100);
  return hundredths === 100 ? name : `${name}~${hundredths}`;
}

function chosenOf(path: string): Chosen | null {
  const [, , room, id] = path.split("/");
  if (!id || !UUID.test(id)) return null;
  return room === ROOMS.case ? { kind: "case", id } : room === ROOMS.whistle ? { kind: "whistle", id } : null;
}

function placeOf(given: string | null): Place | null {
  const [zoom, lat, lon, more] = (given ?? "").split("/").map((part) => (part === "" ? Number.NaN : Number(part)));
  if (zoom === undefined || lat === undefined || lon === undefined || more !== undefined) return null;
  const sane = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return sane ? { zoom, lat, lon } : null;
}

function shownOf(given: string | null): Shown[] | null {
  if (given === null) return null;
  const found: Shown[] = [];
  for (const part of given.split(",")) {
    const match = LAYER.exec(part);
    const name = match?.[1];
    if (!name || found.some((one) => one.name === name)) continue;
    found.push({ name, opacity: Math.min(Number(match[2] ?? 100), 100) / 100 });
  }
  return found;
}

/** A year of the working calendar: twelve months of weeks, and days that a notice names. */
import type { components } from "../../shared/schema";

export type Named = components["schemas"]["DayBody"];
export type Year = components["schemas"]["YearOut"];

/** What a day is: named by the notice, or worked and free as the week has it. */
export type State = "holiday" | "work" | "weekday" | "weekend";

const DAY_MS = 86_400_000;

/** The weeks of a month from Monday on; null where a day belongs to another month. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const first = Date.UTC(year, month - 1, 1);
  const length = (Date.UTC(year, month, 1) - first) / DAY_MS;
  const before = (new Date(first).getUTCDay() + 6) % 7;
  const days = Array.from({ length }, (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10));
  const cells = [...Array.from({ length: before }, () => null), ...days];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function isWeekend(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).getUTCDay() % 6 === 0;
}

export function stateOf(day: string, named: ReadonlyMap<string, Named>): State {
  return named.get(day)?.kind ?? (isWeekend(day) ? "weekend" : "weekday");
}

/** The days with one of them changed: named anew, or as the week has it. */
export function withDay(days: readonly Named[], day: string, wanted: Omit<Named, "day"> | null): Named[] {
  const others = days.filter((one) => one.day !== day);
  const all = wanted ? [...others, { day, ...wanted }] : others;
  return all.sort((one, other) => one.day.localeCompare(other.day));
}

/** How many days are free and worked because the notice says so. */
export function tally(days: readonly Named[]): { holidays: number; works: number } {
  const works = days.filter((one) => one.kind === "work").length;
  return { holidays: days.length - works, works };
}

export interface Holiday {
  name: string;
  from: string;
  until: string;
  /** The days that are worked to make up for it. */
  works: readonly string[];
}

/** The days of a year with a holiday as its notice names it, weekends within it included. */
export function withHoliday(days: readonly Named[], year: number, { name, from, until, works }: Holiday): Named[] {
  const length = Math.round((Date.parse(until) - Date.parse(from)) / DAY_MS) + 1;
  const free = Array.from({ length }, (_, place) =>
    new Date(Date.parse(from) + place * DAY_MS).toISOString().slice(0, 10),
  );
  const named: Named[] = [
    ...free.map((day): Named => ({ day, kind: "holiday", name })),
    ...works.map((day): Named => ({ day, kind: "work", name: `${name}调休` })),
  ];
  // What lies in another year stands in the notice of that year.
  return named
    .filter(({ day }) => day.startsWith(String(year)))
    .reduce((all, { day, ...wanted }) => withDay(all, day, wanted), [...days]);
}

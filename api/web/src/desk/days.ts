/** Days of Shanghai and the moments at which they begin. */

/** The moment at which a day begins: Shanghai has kept +08:00 since September 1991, before which no duty began. */
export function startOf(day: string): string {
  return `${day}T00:00:00+08:00`;
}

/** The day after; days are written 2026-03-05. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The end of a time whose last day this is: its end is not part of it. */
export function endOf(lastDay: string): string {
  return startOf(dayAfter(lastDay));
}

const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** The day of a moment in Shanghai. */
export function dayOf(moment: string | number): string {
  return DAY.format(new Date(moment));
}

/** The last day of a time that ends at a moment, which is not part of it. */
export function lastDayOf(until: string): string {
  return dayOf(Date.parse(until) - 1);
}

/** From when until when, as people say it. */
export function period(since: string, until: string | null): string {
  return `${dayOf(since)} – ${until ? lastDayOf(until) : ""}`.trim();
}

/** Amounts of time as limits have them. */
import type { components } from "../../shared/schema";
import type { Field, Values } from "../../shared/ui/forms";
import { flagOf, numberOf, textOf } from "../../shared/ui/forms";
import { say } from "../../shared/words";
import { named, optionsOf, UNITS } from "../words";

export type Limit = components["schemas"]["LimitBody"];

/** "2 hours"; of one alone "1 hour". */
export function amountIn(amount: number, unit: string): string {
  const words = named(UNITS, unit);
  return `${amount} ${say(words, amount === 1 ? words.replace(/s$/, "") : words)}`;
}

/** "2 hours, day and night". */
export function amountWords(limit: Limit): string {
  const amount = amountIn(limit.amount, limit.unit);
  if (limit.unit === "working_days") return amount;
  return limit.around_the_clock
    ? say(`${amount}（昼夜）`, `${amount}, day and night`)
    : say(`${amount}（工作时间）`, `${amount} of work`);
}

export const AMOUNT_FIELDS: readonly Field[] = [
  { name: "amount", words: { zh: "多久", en: "How long" }, kind: "number", required: true, least: 0, most: 527_040 },
  { name: "unit", words: { zh: "单位", en: "Unit" }, kind: "select", options: optionsOf(UNITS), required: true },
  {
    name: "around_the_clock",
    words: { zh: "昼夜连续计算", en: "Counts day and night" },
    kind: "check",
    hint: { zh: "不选则只算工作时间；按工作日的不用选。", en: "Else hours of work only; working days need no choice." },
  },
];

export const amountValues = (limit: Limit | undefined): Values => ({
  amount: String(limit?.amount ?? 1),
  unit: limit?.unit ?? "hours",
  around_the_clock: limit?.around_the_clock ?? false,
});

export function amountOf(values: Values): Limit {
  return {
    amount: numberOf(values, "amount"),
    unit: textOf(values, "unit") as Limit["unit"],
    around_the_clock: flagOf(values, "around_the_clock"),
  };
}

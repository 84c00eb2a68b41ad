/** What a change was, told in one line: "phone: 1 → 2". */
import { said } from "../shared/words";
import { FIELD_WORDS, type Fields, written } from "./differences";

const word = (name: string): string => {
  const known = FIELD_WORDS[name];
  return known ? said(known) : name;
};

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The words of a change's data: what was and is where it tells both, else what it says. */
export function told(data: Fields): string {
  const { before, after, was, is, ...rest } = data;
  const [old, fresh] = [before ?? was, after ?? is];
  const parts = isFields(fresh) ? both(isFields(old) ? old : {}, fresh) : [];
  return [...parts, ...Object.entries(rest).map(pair)].join("; ") || "–";
}

function both(old: Fields, fresh: Fields): string[] {
  return Object.keys(fresh)
    .filter((name) => written(old[name]) !== written(fresh[name]))
    .map((name) =>
      name in old
        ? `${word(name)}: ${written(old[name])} → ${written(fresh[name])}`
        : `${word(name)}: ${written(fresh[name])}`,
    );
}

function pair([name, value]: [string, unknown]): string {
  if (Array.isArray(value) && value.length === 2 && value.every((one) => !isFields(one)))
    return `${word(name)}: ${written(value[0])} → ${written(value[1])}`;
  return `${word(name)}: ${written(value)}`;
}

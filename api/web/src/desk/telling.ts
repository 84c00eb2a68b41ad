/** What a change was, told in one line: "phone: 1 → 2". */
import { type Fields, isFields, nameOf, written } from "./differences";

/** What programs know things by; people know them by what stands beside. */
const UNSAID = new Set(["id", "person_id", "digest"]);
/** Lists of such: how many there are says more. */
const COUNTED = new Set(["duties"]);

/** The words of a change's data: what was and is where it tells both, else what it says. */
export function told(data: Fields): string {
  const { before, after, was, is, fields, ...rest } = data;
  const [old, fresh] = [before ?? was, after ?? is];
  const parts = isFields(fresh) ? both(isFields(old) ? old : {}, fresh) : fresh === undefined ? [] : [written(fresh)];
  const said = Object.entries(rest).filter(([name, value]) => !UNSAID.has(name) && !nothing(value));
  return [...said.map(pair), ...(isFields(fields) ? fromTo(fields) : []), ...parts].join("; ") || "–";
}

const nothing = (value: unknown): boolean => value === null || (Array.isArray(value) && !value.length);

function both(old: Fields, fresh: Fields): string[] {
  return Object.keys(fresh)
    .filter((name) => written(old[name]) !== written(fresh[name]))
    .map((name) =>
      name in old
        ? `${nameOf(name)}: ${written(old[name], name)} → ${written(fresh[name], name)}`
        : `${nameOf(name)}: ${written(fresh[name], name)}`,
    );
}

function fromTo(fields: Fields): string[] {
  return Object.entries(fields).map(([name, value]) => {
    const { from, to } = isFields(value) ? value : { from: null, to: value };
    return `${nameOf(name)}: ${written(from, name)} → ${written(to, name)}`;
  });
}

function pair([name, value]: [string, unknown]): string {
  if (COUNTED.has(name) && Array.isArray(value)) return `${nameOf(name)}: ${value.length}`;
  if (Array.isArray(value) && value.length === 2 && value.every((one) => !isFields(one)))
    return `${nameOf(name)}: ${written(value[0], name)} → ${written(value[1], name)}`;
  return `${nameOf(name)}: ${written(value, name)}`;
}

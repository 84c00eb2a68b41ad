/** Finding a matter: the last ones first, then by initials of its pinyin, by pinyin, or by its words. */
import type { Matter } from "../carried";

const MOST_LAST = 8;

/** The matters that answer to `asked`, the best first; of equals the more urgent. */
export function found(matters: readonly Matter[], asked: string): Matter[] {
  const plain = asked.toLowerCase().replaceAll(/\s+/g, "");
  if (!plain) return [...matters];
  const judged = matters
    .map((matter) => ({ matter, worth: worthOf(matter, plain) }))
    .filter(({ worth }) => worth > 0)
    .sort((one, other) => other.worth - one.worth || one.matter.priority - other.matter.priority);
  return judged.map(({ matter }) => matter);
}

function worthOf({ name, initials, pinyin, category, subcategory, code }: Matter, asked: string): number {
  if (name === asked || code === asked) return 7;
  if (initials.startsWith(asked)) return 6;
  if (name.startsWith(asked)) return 5;
  if (pinyin.startsWith(asked)) return 4;
  if (name.includes(asked)) return 3;
  if (initials.includes(asked) || pinyin.includes(asked)) return 2;
  if (subcategory.includes(asked) || category.includes(asked)) return 1;
  return scattered(name, asked) ? 0.5 : 0;
}

/** Whether all signs of `asked` stand in `text` in this order: "井盖缺" finds "井盖破损或缺失". */
function scattered(text: string, asked: string): boolean {
  let at = -1;
  return Array.from(asked).every((sign) => (at = text.indexOf(sign, at + 1)) >= 0);
}

/** The matters used last, then what is most urgent on the list, so that there is always something to tap. */
export function offered(matters: readonly Matter[], last: readonly string[]): Matter[] {
  const byCode = new Map(matters.map((matter) => [matter.code, matter]));
  const used = last.flatMap((code) => byCode.get(code) ?? []);
  const rest = matters.filter((matter) => matter.admitted && !last.includes(matter.code));
  return [...used, ...rest].slice(0, MOST_LAST);
}

/** The list of the matters used last with `code` at its head. */
export function used(last: readonly string[], code: string): string[] {
  return [code, ...last.filter((one) => one !== code)].slice(0, MOST_LAST);
}

/** The oldest browsers of the pages, and what is too young for them: the build refuses to put it into the phone's page. */

/** Chrome 100 is of March 2022; Firefox has module workers, which the map needs, from 114 on. */
export const OLDEST = { chrome: 100, safari: 15.4, firefox: 115 } as const;

/** The same as Vite takes it: newer syntax is rewritten for these. What browsers must bring themselves is not. */
export const TARGET = Object.entries(OLDEST).map(([name, version]) => `${name}${version}`);

interface Young {
  pattern: RegExp;
  /** The first Chrome that has it, by MDN's compatibility data. */
  since: number;
  /** Code that holds this asks first whether it is there. */
  asked?: RegExp;
}

const SCRIPT: Young[] = [
  { pattern: /\.to(Sorted|Reversed|Spliced)\(/, since: 110 },
  { pattern: /\b(Object|Map)\.groupBy\(/, since: 117 },
  { pattern: /\bArray\.fromAsync\(/, since: 121 },
  { pattern: /\bPromise\.withResolvers\(/, since: 119 },
  { pattern: /\bPromise\.try\(/, since: 128 },
  { pattern: /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/, since: 122 },
  { pattern: /\bIterator\.from\(/, since: 122 },
  { pattern: /\.(isWellFormed|toWellFormed)\(/, since: 111 },
  { pattern: /\bRegExp\.escape\(/, since: 136 },
  { pattern: /\bURL\.canParse\(/, since: 120 },
  { pattern: /\bURL\.parse\(/, since: 126 },
  { pattern: /\bAbortSignal\.timeout\(/, since: 103 },
  { pattern: /\bAbortSignal\.any\(/, since: 116 },
  { pattern: /\.inert\b|"inert"|`inert`/, since: 102 },
  { pattern: /\.checkVisibility\(/, since: 105 },
  { pattern: /\.(show|hide|toggle)Popover\(/, since: 114, asked: /.popover.\s*in\s+HTMLElement/ },
  { pattern: /\.startViewTransition\(/, since: 111 },
  { pattern: /\bnew CloseWatcher\b/, since: 126 },
  { pattern: /\bscheduler\.yield\(/, since: 129 },
  { pattern: /\.storage\.getDirectory\(/, since: 102 },
  { pattern: /\bIntl\.DurationFormat\b/, since: 129 },
  { pattern: /\bimport\.meta\.resolve\(/, since: 105, asked: /import\.meta\.resolve\s*\?/ },
];

const STYLE: Young[] = [
  { pattern: /:has\(/, since: 105 },
  { pattern: /@container\b/, since: 105 },
  { pattern: /\d[dsl]v[hw]\b/, since: 108 },
  { pattern: /\d(lh|rlh)\b/, since: 109 },
  { pattern: /color-mix\(/, since: 111 },
  { pattern: /text-wrap:/, since: 114 },
  { pattern: /:popover-open/, since: 114 },
  { pattern: /subgrid/, since: 117 },
  { pattern: /@starting-style/, since: 117 },
  { pattern: /@scope\b/, since: 118 },
  { pattern: /&/, since: 120 },
  { pattern: /light-dark\(/, since: 123 },
  { pattern: /field-sizing:/, since: 123 },
  { pattern: /\banchor\(/, since: 125 },
  { pattern: /\((width|height)\s*[<>]/, since: 104 },
  { pattern: /[{;]\s*(translate|rotate|scale):/, since: 104 },
  { pattern: /:modal\b/, since: 105 },
];

/** What a built file uses that the oldest Chrome has not, and does without only where it asks or has something else. */
export function tooYoung(name: string, text: string): string[] {
  const style = name.endsWith(".css");
  const code = style ? text.replace(/url\([^)]*\)/g, "") : text;
  return (style ? STYLE : SCRIPT)
    .filter(({ since, asked }) => since > OLDEST.chrome && !asked?.test(code))
    .flatMap(({ pattern, since }) =>
      [...code.matchAll(new RegExp(pattern, "g"))]
        .filter(({ index }) => !style || !hasFallback(code, index))
        .slice(0, 1)
        .map(([found]) => `${name}: ${found.trim()} is of Chrome ${since}`),
    );
}

/** Whether a declaration stands inside `@supports`, or after one of the same property that old browsers keep. */
function hasFallback(style: string, at: number): boolean {
  if (isAsked(style, at)) return true;
  const block = style.lastIndexOf("{", at);
  const begin = Math.max(block, style.lastIndexOf(";", at)) + 1;
  const property = style.slice(begin, style.indexOf(":", begin)).trim();
  const before = style.slice(block + 1, begin).split(";");
  return before.some((one) => one.slice(0, one.indexOf(":")).trim() === property);
}

/** Whether the last `@supports` before a place is still open there, or is that place itself. */
function isAsked(style: string, at: number): boolean {
  const supports = style.lastIndexOf("@supports", at);
  if (supports < 0) return false;
  let depth = 0;
  for (const sign of style.slice(supports, at)) {
    if (sign === "{") depth += 1;
    if (sign === "}" && (depth -= 1) === 0) return false;
  }
  return true;
}

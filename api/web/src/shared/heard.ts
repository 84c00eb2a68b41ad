/**
 * What the server says, in the tongue of whoever reads it.
 *
 * Its sentences are English, and a program may rely on that; the book has the Chinese of each by its form, with `{}`
 * where something is put in. What is put in is looked up as well, for sentences are made of parts. Where it is a code,
 * or several, the Chinese says of which list: `{2:case_stage}`.
 */
import { signal } from "@preact/signals";
import { tongue } from "./words";

type Words = Readonly<Record<string, string>>;
type Codes = Readonly<Record<string, Words>>;

interface Form {
  form: RegExp;
  zh: string;
}

export interface Book {
  forms: readonly Form[];
  codes: Codes;
}

const book = signal<Book | null>(null);
/** Words of codes that a district makes by itself. */
const ofPlace = signal<Codes>({});
let asked: Promise<void> | null = null;
const LONGEST = 2_000;

/** Makes a book of sentences: those with the most words of their own come first. */
export function bookOf(sentences: Words, codes: Codes = {}): Book {
  const own = (sentence: string): number => sentence.replaceAll("{}", "").length;
  const forms = Object.entries(sentences)
    .sort(([one], [other]) => own(other) - own(one))
    .map(([sentence, zh]) => ({
      form: new RegExp(`^${sentence.split("{}").map(escaped).join("(.*?)")}$`, "su"),
      zh,
    }));
  return { forms, codes };
}

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** The Chinese of a sentence; null where the book does not have it. */
export function inChinese(known: Book, sentence: string): string | null {
  const parts = sentence.split("; ").map((part) => found(known, part) ?? labelled(known, part) ?? aside(known, part));
  return parts.every((part) => part !== null) ? parts.join("；") : found(known, sentence);
}

/** What is said of something that is named first: "10102: there is no organisation X". */
function labelled(known: Book, sentence: string): string | null {
  const [, label, rest] = /^([\w.-]+): (.+)$/su.exec(sentence) ?? [];
  const said = rest === undefined ? null : found(known, rest);
  return said === null ? null : `${label ?? ""}：${said}`;
}

/** What is said with the thing itself behind it: "The position is off the map … (200, 95, datum wgs84)". */
function aside(known: Book, sentence: string): string | null {
  const [, before, thing] = /^(.+\.) \(([^()]+)\)$/su.exec(sentence) ?? [];
  const said = before === undefined ? null : found(known, before);
  return said === null ? null : `${said}（${thing ?? ""}）`;
}

function found(known: Book, sentence: string): string | null {
  for (const { form, zh } of known.forms) {
    const parts = form.exec(sentence);
    if (!parts) continue;
    return zh.replace(/\{(\d)(?::(\w+))?\}/g, (_, place: string, list: string | undefined) => {
      const part = (parts[Number(place)] ?? "").trim();
      return list ? decoded(known.codes[list], part) : (inChinese(known, part) ?? part);
    });
  }
  return null;
}

/** The words of a code, or of several with commas between; a code that the list does not have stays as it is. */
const decoded = (list: Words | undefined, codes: string): string =>
  codes
    .split(", ")
    .map((code) => list?.[code] ?? code)
    .join("、");

/** Reads the book, once. */
async function learn(): Promise<void> {
  try {
    const { sentences, codes } = await import("./sentences");
    book.value = bookOf(sentences, codes);
  } catch {
    asked = null;
  }
}

/** Moments as people write them: "2026-07-01 08:30". */
const plainly = (words: string): string =>
  words.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?\+08:00/g, "$1 $2");

/** What the server said, in the tongue of the moment; as it was said until the book is read, or where it lacks it. */
export function heard(sentence: string): string {
  if (tongue.value === "en" || sentence.length > LONGEST) return plainly(sentence);
  if (!book.value) {
    asked ??= learn();
    return plainly(sentence);
  }
  const { forms, codes } = book.value;
  return plainly(inChinese({ forms, codes: { ...codes, ...ofPlace.value } }, sentence) ?? sentence);
}

/** Learns the Chinese of codes that a district makes by itself, as of its kinds of whistles. */
export function learnCodes(list: string, words: Words): void {
  ofPlace.value = { ...ofPlace.peek(), [list]: words };
}

/** The tongue of what `heard` answers: whoever reads by ear is told when it is not that of the page. */
export function tongueOf(words: string): "zh-CN" | "en" {
  return /\p{Script=Han}/u.test(words) ? "zh-CN" : "en";
}

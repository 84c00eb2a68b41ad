/** The inbox shows what there is, in whichever order its answers come. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pile } from "../src/desk/inbox/pile";
import { counting, unread } from "../src/desk/live";

/** The notices that the server holds, the newest first, and what was asked of it and waits for its answer. */
let held: string[];
let readAlready: Set<string>;
let waiting: (() => void)[];
let asked: string[];

const page = (search: URLSearchParams): unknown => {
  const wanted = held.filter((id) => search.get("unread") !== "true" || !readAlready.has(id));
  const from = search.has("cursor") ? wanted.indexOf(search.get("cursor") ?? "") + 1 : 0;
  const items = wanted.slice(from, from + Number(search.get("limit"))).map((id) => ({ id }));
  const left = from + items.length < wanted.length;
  return { items, next: left ? items.at(-1)?.id : null, unread: held.filter((id) => !readAlready.has(id)).length };
};

beforeEach(() => {
  [held, readAlready, waiting, asked] = [[], new Set(), [], []];
  unread.value = 0;
  vi.stubGlobal("fetch", (path: string) => {
    const { searchParams } = new URL(path, "http://x");
    asked.push(searchParams.toString());
    // What the server tells is what it held when it was asked.
    const told = JSON.stringify(page(searchParams));
    return new Promise<Response>((resolve) => {
      waiting.push(() => resolve(new Response(told, { headers: { "Content-Type": "application/json" } })));
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

const fill = (count: number): void => void (held = Array.from({ length: count }, (_, place) => `n${count - place}`));
const shown = (pile: Pile): string[] => pile.items.value.map((notice) => notice.id);

/** Lets the server answer what it was asked longest ago, once it was. */
async function answer(): Promise<void> {
  const next = await vi.waitFor(() => waiting.shift() ?? Promise.reject(new Error("nothing asked")));
  next();
  await new Promise((resolve) => setTimeout(resolve));
}

test("what came while one asked for earlier ones stays, and none of the earlier is left out", async () => {
  fill(120);
  const pile = new Pile();
  void pile.refresh();
  await answer();
  expect(shown(pile)).toEqual(held.slice(0, 50));
  const more = pile.more();
  held.unshift("new");
  const fresh = pile.refresh();
  await answer();
  await more;
  await answer();
  await fresh;
  expect(shown(pile)).toEqual(held.slice(0, 100));
  held.unshift("newer");
  const both = Promise.all([pile.refresh(), pile.more()]);
  await answer();
  await answer();
  await both;
  expect(shown(pile)).toEqual(held);
});

test("a slow answer of everything does not refill a list of what is unread", async () => {
  fill(3);
  readAlready.add("n2");
  const pile = new Pile();
  void pile.refresh();
  await vi.waitFor(() => expect(asked.length).toBe(1));
  const only = pile.only(true);
  await vi.waitFor(() => expect(asked.length).toBe(2));
  waiting.reverse();
  await answer();
  await only;
  expect(shown(pile)).toEqual(["n3", "n1"]);
  await answer();
  expect(shown(pile)).toEqual(["n3", "n1"]);
});

test("whatever comes at once is read once more, not as often as it came", async () => {
  fill(1);
  const pile = new Pile();
  const all = [pile.refresh()];
  await vi.waitFor(() => expect(asked.length).toBe(1));
  held.unshift("new");
  all.push(pile.refresh(), pile.refresh(), pile.refresh());
  await answer();
  await answer();
  await Promise.all(all);
  expect([asked.length, shown(pile)[0]]).toEqual([2, "new"]);
});

test("how many are unread is told by what was asked last", () => {
  const [first, second, third] = [counting(), counting(), counting()];
  second(7);
  first(8);
  expect(unread.value).toBe(7);
  third(6);
  expect(unread.value).toBe(6);
});

/** A file is applied as it was looked at, and what comes of it is told, whatever somebody does meanwhile. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../src/shared/api";
import { Bringing } from "../src/desk/exchange/bringing";

const [FIRST, SECOND] = ["first", "second"].map((words) => new File([words], `${words}.csv`)) as [File, File];
const LOOKED = {
  table: "people",
  applied: false,
  replayed: false,
  adds: 1,
  changes: [],
  ends: 0,
  unchanged: 0,
  faults: [],
};

interface Sent {
  asked: URLSearchParams;
  /** What the server held when this was decided upon. */
  seen: string | undefined;
  words: string;
  answer: (status: number, body: unknown) => void;
}
let sent: Sent[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (path: string, { body, headers }: { body: Blob; headers: Record<string, string> }) => {
    const words = await body.text();
    return new Promise<Response>((resolve) => {
      const answer = (status: number, told: unknown): void =>
        resolve(new Response(JSON.stringify(told), { status, headers: { "Content-Type": "application/json" } }));
      sent.push({ asked: new URL(path, "http://x").searchParams, seen: headers["If-Match"], words, answer });
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

/** The n-th thing that was sent, once it is. */
const nth = (n: number): Promise<Sent> => vi.waitFor(() => sent[n] ?? Promise.reject(new Error("nothing sent")));

/** A file that was looked at on a table of a digest. */
async function looked(digest = '"1"'): Promise<Bringing> {
  const bringing = new Bringing("people");
  const done = bringing.choose(FIRST);
  (await nth(0)).answer(200, { ...LOOKED, digest });
  await done;
  return bringing;
}

test("what is shown is what the chosen file would do, however late the trial of another answers", async () => {
  const bringing = new Bringing("people");
  const both = [bringing.choose(FIRST), bringing.choose(SECOND)];
  const [first, second] = [await nth(0), await nth(1)];
  expect([first.words, second.words, second.asked.get("dry_run")]).toEqual(["first", "second", "true"]);
  second.answer(200, { ...LOOKED, adds: 2, digest: '"2"' });
  await both[1];
  first.answer(200, { ...LOOKED, adds: 1, digest: '"1"' });
  await both[0];
  expect(bringing.brought.value?.adds).toBe(2);
  const applying = bringing.apply();
  const third = await nth(2);
  expect([third.words, third.seen, third.asked.get("dry_run")]).toEqual(["second", '"2"', null]);
  third.answer(200, { ...LOOKED, applied: true, digest: '"3"' });
  expect(await applying).toMatchObject({ applied: true });
});

test("while it is looked at nothing can be applied, also not what another file would do", async () => {
  const bringing = await looked();
  void bringing.choose(SECOND);
  await nth(1);
  expect([await bringing.apply(), sent.length]).toEqual([null, 2]);
});

test("while it is applied nothing else is chosen, and it is applied once", async () => {
  const bringing = await looked();
  const applying = bringing.apply();
  const second = await nth(1);
  await bringing.choose(SECOND);
  expect([await bringing.apply(), sent.length, bringing.chosen.value?.file.name]).toEqual([null, 2, "first.csv"]);
  second.answer(503, { detail: "Busy." });
  expect(await applying).toBeNull();
  // Nobody knows whether it was stored: sent again it is the same.
  void bringing.apply();
  const third = await nth(2);
  expect(third.asked.get("id")).toBe(second.asked.get("id"));
});

test("where somebody was quicker it is looked at anew, and a network that is gone by then is told, too", async () => {
  const bringing = await looked();
  const applying = bringing.apply();
  (await nth(1)).answer(412, { detail: "Overtaken." });
  (await nth(2)).answer(200, { ...LOOKED, digest: '"2"' });
  expect(await applying).toBeNull();
  expect(bringing.brought.value?.digest).toBe('"2"');
  expect(bringing.error.value).toMatchObject({ status: 412 });
  const again = bringing.apply();
  (await nth(3)).answer(412, { detail: "Overtaken." });
  (await nth(4)).answer(503, { detail: "Busy." });
  expect(await again).toBeNull();
  expect([bringing.brought.value, (bringing.error.value as Problem).status]).toEqual([null, 503]);
});

test("faulty rows stand among the rows, and whoever left is told nevertheless that nothing was stored", async () => {
  const bringing = await looked();
  const details = [{ row: 2, column: "name", message: "?" }];
  const applying = bringing.apply();
  (await nth(1)).answer(422, { detail: "Faulty.", details });
  expect(await applying).toBeNull();
  expect([bringing.brought.value?.faults.length, bringing.error.value]).toEqual([1, null]);
  const again = bringing.apply();
  bringing.left = true;
  (await nth(2)).answer(422, { detail: "Faulty.", details });
  await expect(again).rejects.toMatchObject({ status: 422 });
});

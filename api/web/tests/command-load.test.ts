/** What is fetched, of which moment, and what becomes of answers that come late or not at all. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadChosen, missing, story } from "../src/command/chosen";
import { kept, loadFigures, loadWatch, loadWhistles } from "../src/command/load";
import { chosen, figures, moment, nameOf, names, untold, watch, whistles } from "../src/command/state";
import { now } from "../src/shared/time";

const THEN = "2026-03-05T14:00:00+08:00";
/** Answers by the beginning of an address; each waits until it is let go. */
let answers: Record<string, () => Response | Promise<Response>>;
let asked: string[];

beforeEach(() => {
  [answers, asked] = [{}, []];
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    const found = Object.keys(answers)
      .filter((path) => address.startsWith(path))
      .sort((one, other) => other.length - one.length)[0];
    return Promise.resolve(found ? answers[found]?.() : problem(404, "not-found"));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  for (const one of [moment, chosen, watch, figures, story, untold]) one.value = null;
  whistles.value = [];
  missing.value = null;
});

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const problem = (status: number, kind: string): Response => json({ type: `/problems/${kind}`, detail: kind }, status);

/** An answer that comes when it is told to. */
function late(answer: () => Response): { comes: () => void; answer: () => Promise<Response> } {
  let comes = (): void => undefined;
  const waits = new Promise<void>((resolve) => (comes = resolve));
  return { comes: () => comes(), answer: () => waits.then(answer) };
}

const due = (at: string) => ({ at, late: [], soon: [], late_total: 0, soon_total: 0 });

describe("an answer of another moment", () => {
  it("is not believed: neither what was late then nor what the clock said", async () => {
    const slow = late(() => json(due(THEN)));
    answers["/api/v1/watch"] = slow.answer;
    moment.value = THEN;
    const loading = loadWatch();
    moment.value = null;
    const before = now.value;
    slow.comes();
    await loading;
    expect(asked).toEqual([`/api/v1/watch?as_of=${encodeURIComponent(THEN)}`]);
    expect(watch.value).toBeNull();
    expect(now.value - before).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["/api/v1/figures", loadFigures, { streets: [] }, figures],
    [
      "/api/v1/whistles",
      loadWhistles,
      { items: [{ id: "w", stage: "blown", sides: [], summons: [] }], next: null },
      whistles,
    ],
  ] as const)("of %s is dropped, whichever way one goes", async (path, load, body, shown) => {
    for (const [from, to] of [
      [null, THEN],
      [THEN, null],
    ]) {
      const slow = late(() => json(body));
      answers[path] = slow.answer;
      moment.value = from ?? null;
      const before = shown.value;
      const loading = load();
      moment.value = to ?? null;
      slow.comes();
      await loading;
      expect(shown.value).toBe(before);
      await load();
      expect(shown.value).not.toBe(before);
      shown.value = before;
    }
  });

  it("is no reason to say that a case is missing", async () => {
    chosen.value = { kind: "case", id: "i" };
    const slow = late(() => problem(404, "not-found"));
    answers["/api/v1/incidents/i"] = slow.answer;
    moment.value = THEN;
    const loading = loadChosen();
    moment.value = null;
    slow.comes();
    await loading;
    expect(missing.value).toBeNull();
    await loadChosen();
    expect(missing.value).not.toBeNull();
  });

  it("is never mixed into a story that was begun at one", async () => {
    chosen.value = { kind: "whistle", id: "w" };
    const first = late(() => json({ incident_id: "i" }));
    answers["/api/v1/whistles/w"] = first.answer;
    answers["/api/v1/incidents/i"] = () => json({ id: "i", whistles: [] });
    for (const part of ["facts", "evidence"]) answers[`/api/v1/incidents/i/${part}`] = () => json({ items: [] });
    moment.value = THEN;
    const loading = loadChosen();
    moment.value = null;
    first.comes();
    await loading;
    expect(asked.filter((path) => path.includes("/incidents/i") && !path.includes("/evidence"))).toEqual(
      ["", "/facts"].map((part) => `/api/v1/incidents/i${part}?as_of=${encodeURIComponent(THEN)}`),
    );
    expect(story.value).toBeNull();
  });
});

describe("what is told again", () => {
  const row = (incident_id: string, late_s: number, stage = "filed") => ({ incident_id, late_s, stage });
  const told = (late: object[]) => json({ at: new Date().toISOString(), late, soon: [], late_total: 2, soon_total: 0 });

  it("stands as it is where it says the same, row by row, however many seconds went by", async () => {
    answers["/api/v1/watch"] = () => told([row("one", 5), row("two", 9)]);
    await loadWatch();
    const [first, rows] = [watch.value, watch.value?.late ?? []];
    answers["/api/v1/watch"] = () => told([row("one", 6), row("two", 10)]);
    await loadWatch();
    expect(watch.value).toBe(first);
    answers["/api/v1/watch"] = () => told([row("one", 7), row("two", 11, "closed")]);
    await loadWatch();
    expect(watch.value?.late[0]).toBe(rows[0]);
    expect(watch.value?.late[1]).toMatchObject({ stage: "closed" });
  });

  it("as other rows in the same order, or fewer, is not taken for the same", () => {
    const [one, two] = [row("one", 1), row("two", 1)];
    expect(kept([one, two], [row("two", 1), row("one", 1)])).toEqual([two, one]);
    expect(kept([one, two], [row("one", 1)])).toEqual([one]);
    expect(kept([], [])).toEqual([]);
  });

  it("of names copies nothing that is known", async () => {
    answers["/api/v1/figures"] = () => json({ streets: [{ street_code: "370102001", street: "泉城路街道" }] });
    await loadFigures();
    const before = names.value;
    await loadFigures();
    expect(names.value).toBe(before);
    expect(nameOf("370102001")).toBe("泉城路街道");
  });
});

describe("what was chosen before", () => {
  it("is not shown once something else is chosen", async () => {
    const slow = late(() => problem(404, "not-found"));
    answers["/api/v1/incidents/i"] = slow.answer;
    chosen.value = { kind: "case", id: "i" };
    const loading = loadChosen();
    chosen.value = null;
    slow.comes();
    await loading;
    expect(missing.value).toBeNull();
  });
});

describe("a moment of which nobody can tell what was late", () => {
  beforeEach(() => {
    answers["/api/v1/watch"] = () => problem(422, "rule-forbids");
  });

  it("is an answer, kept with the moment that it is of", async () => {
    moment.value = THEN;
    await loadWatch();
    expect([watch.value, untold.value]).toEqual([null, THEN]);
    answers["/api/v1/watch"] = () => json(due(THEN));
    await loadWatch();
    expect(untold.value).toBeNull();
  });

  it("is none of the present, which always can be told", async () => {
    await expect(loadWatch()).rejects.toMatchObject({ status: 422 });
  });
});

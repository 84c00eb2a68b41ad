/** The land of the moment that is looked at, over a new grid; and what is shown once it may not be read any more. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { wish, withheld } from "../src/command/keeping";
import { inWords } from "../src/command/grids";
import { loadCatalogue } from "../src/command/load";
import { figures, moment, sight, staleSince, type Watch, watch, whistles } from "../src/command/state";

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let answer: (address: string) => Response;

beforeEach(() => void vi.stubGlobal("fetch", (address: string) => Promise.resolve(answer(address))));
afterEach(() => {
  vi.unstubAllGlobals();
  moment.value = null;
});

describe("the land of a moment", () => {
  const [before, between, after] = ["2026-03-04T10:00:00Z", "2026-03-04T12:00:00Z", "2026-03-05T10:00:00Z"];

  async function landAt(version: string, at: string | null): Promise<string | null> {
    answer = () => json({ layers: [{ name: "streets", periodic: false, version }] });
    moment.value = at;
    await loadCatalogue();
    expect(sight.value.asOf).toBe(at);
    return sight.value.land;
  }

  it("is asked for by a moment of its own grid, also where that grid was seen live before a newer one came", async () => {
    expect(await landAt("first", null)).toBeNull();
    expect(await landAt("second", null)).toBeNull();
    expect(await landAt("first", before)).toBe(before);
    expect(await landAt("first", between)).toBe(before);
    expect(await landAt("second", after)).toBe(after);
    expect(await landAt("second", null)).toBeNull();
  });
});

describe("what may not be read any more", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is not shown any more, and comes back with the right to read it", async () => {
    watch.value = { late: [], soon: [] } as unknown as Watch;
    figures.value = { streets: [] } as never;
    whistles.value = [{ id: "w" }] as never;
    answer = () => json({ type: "/problems/forbidden" }, 403);
    wish("watch", "figures", "whistles");
    await vi.advanceTimersByTimeAsync(100);
    expect(withheld.value).toEqual(new Set(["watch", "figures", "whistles"]));
    expect([watch.value, figures.value, whistles.value]).toEqual([null, null, []]);
    expect(staleSince.value).toBeNull();
    answer = () => json({ at: new Date().toISOString(), late: [], soon: [] });
    wish("watch");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(withheld.value).toEqual(new Set(["figures", "whistles"]));
    expect(watch.value).not.toBeNull();
  });
});

describe("the grid that is drawn", () => {
  const version = (district_code: string, version: number) => ({
    district_code,
    version,
    valid_from: "2026-11-23T04:10:00Z",
  });
  const two = [version("370102", 1), version("370103", 2)];

  it("is told by its version, and since when it is in force; a first one always was", () => {
    expect(inWords([version("370102", 1)], ["370102"])).toBe("网格：第 1 版");
    expect(inWords([version("370102", 2)], ["370102"])).toMatch(/^网格：第 2 版（2026\D11\D23 12:10:00 起）$/);
  });

  it("is that of the districts that somebody looks after, or of all", () => {
    expect(inWords(two, ["370102"])).toBe("网格：第 1 版");
    expect(inWords(two, ["37"])).toMatch(/^网格：370102 第 1 版，370103 第 2 版/);
    expect(inWords(two, ["510000"])).toMatch(/^网格：370102 第 1 版，370103 第 2 版/);
    expect(inWords([], ["370102"])).toBe("");
  });
});

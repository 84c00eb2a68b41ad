/** The rules that acts hang on: read until they are there, and read anew while the wall stays open. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerersOf, doubtAnswerers, learnAnswerers } from "../src/command/answerers";
import { keepRight } from "../src/command/keeping";
import { loadRules } from "../src/command/load";
import { chosen, kinds, learnNames, matters, nameOf, names, staleSince } from "../src/command/state";

const CELL = "370102001001001";
const LISTED = { lead: "A", cooperating: [], summoned: ["A", "B"] };
/** By the beginning of an address. */
let answers: Record<string, () => Response>;
let asked: string[];

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const problem = (status: number): Response => json({ type: "/problems/some", detail: "" }, status);
const items =
  (...found: unknown[]) =>
  (): Response =>
    json({ items: found, next: null });

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = {
    "/api/v1/matters": items({ code: "10101", name: "积水" }),
    "/api/v1/whistle-kinds": items({ code: "solo" }),
    "/api/v1/organisations": items({ code: "A", name: "水务局" }),
    "/api/v1/areas/districts": () => json({ features: [] }),
  };
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    const found = Object.keys(answers)
      .filter((path) => address.startsWith(path))
      .sort((one, other) => other.length - one.length)[0];
    return Promise.resolve(found ? answers[found]?.() : problem(503));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  doubtAnswerers();
  [names.value, matters.value, kinds.value, chosen.value] = [new Map(), new Map(), [], null];
});

describe("who answers for a matter at a place", () => {
  const path = "/api/v1/matters/10101/answerers";

  it.each([503, 429, 500])("is asked again where the server could not say it (%i)", async (status) => {
    answers[path] = () => problem(status);
    await expect(learnAnswerers("10101", CELL)).rejects.toMatchObject({ status });
    answers[path] = () => json(LISTED);
    await learnAnswerers("10101", CELL);
    expect(answerersOf("10101", CELL)).toEqual(LISTED);
  });

  it("is asked again after a network that was cut", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("cut")));
    await expect(learnAnswerers("10102", CELL)).rejects.toThrow();
    vi.stubGlobal("fetch", () => Promise.resolve(json(LISTED)));
    await learnAnswerers("10102", CELL);
    expect(answerersOf("10102", CELL)).toEqual(LISTED);
  });

  it("is nobody where the server refuses to say it, and asked once", async () => {
    answers["/api/v1/matters/10103/answerers"] = () => problem(404);
    await learnAnswerers("10103", CELL);
    await learnAnswerers("10103", CELL);
    expect(answerersOf("10103", CELL).lead).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it("is told as before until the new list has answered", async () => {
    answers[path] = () => json(LISTED);
    await learnAnswerers("10101", CELL);
    doubtAnswerers();
    expect(answerersOf("10101", CELL).lead).toBe("A");
    answers[path] = () => json({ ...LISTED, lead: "B" });
    await learnAnswerers("10101", CELL);
    expect(answerersOf("10101", CELL).lead).toBe("B");
  });
});

describe("the rules", () => {
  it("come in parts: those that came are kept, and one that may come yet is asked for again", async () => {
    answers["/api/v1/whistle-kinds"] = () => problem(503);
    await expect(loadRules()).rejects.toMatchObject({ status: 503 });
    expect(matters.value.size).toBe(1);
  });

  it("that one may not read are not asked for again, and keep nobody from the others", async () => {
    answers["/api/v1/areas/districts"] = () => problem(403);
    answers["/api/v1/matters"] = () => problem(500);
    await expect(loadRules()).rejects.toMatchObject({ status: 500 });
    answers["/api/v1/matters"] = items();
    await loadRules();
  });

  it("call somebody by their new name", async () => {
    await loadRules();
    answers["/api/v1/organisations"] = items({ code: "A", name: "水务和海洋局" });
    learnNames([["A", "旧名"]]);
    expect(nameOf("A")).toBe("水务局");
    await loadRules();
    expect(nameOf("A")).toBe("水务和海洋局");
  });
});

describe("an open wall", () => {
  it("reads the rules until they are there, says so meanwhile, and later reads them anew", async () => {
    vi.stubGlobal("document", { visibilityState: "visible", addEventListener: () => undefined });
    vi.stubGlobal("addEventListener", () => undefined);
    for (const path of ["/tiles", "/api/v1/watch", "/api/v1/figures", "/api/v1/whistles"]) {
      answers[path] = () => problem(403);
    }
    answers["/api/v1/events"] = () => new Response(new ReadableStream());
    answers["/api/v1/whistle-kinds"] = () => problem(503);
    keepRight();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(kinds.value).toEqual([]);
    expect(staleSince.value).not.toBeNull();
    answers["/api/v1/whistle-kinds"] = items({ code: "solo" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(kinds.value).toHaveLength(1);
    expect(staleSince.value).toBeNull();
    answers["/api/v1/whistle-kinds"] = items({ code: "solo" }, { code: "night" });
    await vi.advanceTimersByTimeAsync(310_000);
    expect(kinds.value).toHaveLength(2);
  });
});

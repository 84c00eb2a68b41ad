/** An open wall: what it fetches when somebody comes back to it, from elsewhere or from the past. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

// It takes the clock that there is when it is read.
vi.useFakeTimers();
const { keepRight, loadsTurn, marksTurn, seek } = await import("../src/command/keeping");

const asked: string[] = [];
const listeners = new Map<string, () => void>();
const screen = {
  visibilityState: "visible",
  addEventListener: (name: string, heard: () => void) => listeners.set(name, heard),
};
const json = (body: unknown): Response =>
  new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
/** A line that gives signs of life, and tells of nothing. */
const quiet = (): Response =>
  new Response(
    new ReadableStream({
      start: (line) => {
        const live = (): void => line.enqueue(new TextEncoder().encode(":\n"));
        live();
        setInterval(live, 15_000);
      },
    }),
  );
const ANSWERS: [RegExp, () => Response][] = [
  [/events$/, quiet],
  [/tiles/, () => json({ layers: [], base_map: null })],
  [/watch/, () => json({ at: new Date().toISOString(), late: [], soon: [] })],
  [/figures/, () => json({ streets: [] })],
  [/districts/, () => json({ features: [] })],
  [/./, () => json({ items: [], next: null })],
];

/** In steps: what comes between two of them is read as slowly as ever. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) await vi.advanceTimersByTimeAsync(100);
}

beforeAll(async () => {
  vi.stubGlobal("document", screen);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return Promise.resolve(ANSWERS.find(([path]) => path.test(address))?.[1]());
  });
  keepRight();
  await pass(20_000);
});

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an open wall", () => {
  it("does not wait for its next round where somebody comes back to its tab", async () => {
    screen.visibilityState = "hidden";
    await pass(25_000);
    const [before, marks] = [asked.length, marksTurn.value];
    await pass(2_000);
    expect(asked).toHaveLength(before);
    screen.visibilityState = "visible";
    listeners.get("visibilitychange")?.();
    await pass(500);
    expect(asked.slice(before)).toEqual(["/api/v1/watch", "/api/v1/figures"]);
    expect(marksTurn.value).toBe(marks + 1);
  });

  it("draws anew what happened while the past was looked at, however short the look", async () => {
    await pass(5_000);
    const [marks, loads] = [marksTurn.value, loadsTurn.value];
    seek("2026-03-05T14:00:00+08:00");
    seek(null);
    await pass(500);
    expect([marksTurn.value, loadsTurn.value]).toEqual([marks + 1, loads + 1]);
  });
});

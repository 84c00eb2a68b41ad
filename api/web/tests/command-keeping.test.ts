/** An open wall: what it fetches when somebody comes back to it, from elsewhere or from the past. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

// It takes the clock that there is when it is read.
vi.useFakeTimers();
const { keepRight, loadsTurn, marksTurn, seek } = await import("../src/command/keeping");
const { figures, isOfAnother, reading, staleSince, whistles } = await import("../src/command/state");
const { now } = await import("../src/shared/time");

const asked: string[] = [];
const listeners = new Map<string, () => void>();
const screen = {
  visibilityState: "visible",
  addEventListener: (name: string, heard: () => void) => listeners.set(name, heard),
};
const json = (body: unknown): Response =>
  new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
let tell: (kind: string) => void = () => undefined;
/** A line that gives signs of life, and tells of nothing by itself. */
const quiet = (): Response =>
  new Response(
    new ReadableStream({
      start: (line) => {
        const say = (words: string): void => line.enqueue(new TextEncoder().encode(words));
        const live = (): void => say(":\n");
        live();
        setInterval(live, 15_000);
        tell = (kind) => {
          const change = { id: 1, kind, subject_id: "s", incident_id: "i", at: "" };
          say(`event: changes\ndata: ${JSON.stringify({ changes: [change] })}\n\n`);
        };
      },
    }),
  );
const THEN = "2026-03-05T14:00:00+08:00";
let broken = false;
/** What the server's clock is ahead of this machine's. */
const AHEAD_MS = 3_600_000;
const ANSWERS: [RegExp, () => Response][] = [
  [/events$/, quiet],
  [/tiles/, () => json({ layers: [], base_map: null })],
  [/watch/, () => json({ at: new Date(Date.now() + AHEAD_MS).toISOString(), late: [], soon: [] })],
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
    if (broken && !/events$/.test(address)) return Promise.resolve(new Response(null, { status: 503 }));
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
    seek(THEN);
    seek(null);
    await pass(500);
    expect([marksTurn.value, loadsTurn.value]).toEqual([marks + 1, loads + 1]);
  });

  it("says of what stands that it is of another moment until it is read, and reads it without waiting", async () => {
    await pass(30_000);
    tell("whistle.blown");
    await pass(100);
    for (const to of [THEN, null]) {
      const before = [figures.value, whistles.value];
      seek(to);
      expect([reading.value, isOfAnother("figures"), isOfAnother("whistles")]).toEqual([true, true, true]);
      expect([figures.value, whistles.value]).toEqual(before);
      await pass(300);
      expect(reading.value).toBe(false);
    }
  });

  it("does not say that it shows the past while that cannot be read, and reads it as soon as somebody asks again", async () => {
    broken = true;
    seek(THEN);
    await pass(60_000);
    expect(reading.value).toBe(true);
    expect(staleSince.value).not.toBeNull();
    broken = false;
    seek("2026-03-05T13:00:00+08:00");
    await pass(300);
    expect([reading.value, staleSince.value]).toEqual([false, null]);
    seek(null);
    await pass(5_000);
  });

  it("asks for new emergencies while the past is looked at, and for nothing else of now", async () => {
    seek(THEN);
    await pass(10_000);
    const before = asked.length;
    tell("incident.reported");
    await pass(6_000);
    expect(asked.slice(before)).toEqual(["/api/v1/watch?within_minutes=10080&limit=100"]);
    seek(null);
    await pass(5_000);
  });

  it("tells since when it may be old by the server's clock, whatever this machine's says", async () => {
    broken = true;
    tell("case.filed");
    await pass(3_000);
    expect(Math.abs(now.value - Number(staleSince.value))).toBeLessThan(20_000);
    expect(Math.abs(now.value - AHEAD_MS - Date.now())).toBeLessThan(2_000);
    broken = false;
    await pass(10_000);
    expect(staleSince.value).toBeNull();
  });
});

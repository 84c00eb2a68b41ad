/** The server's time, as a machine tells it whose own clock is wrong, is set, or sleeps; and how long a session lasts. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "../src/shared/session";

vi.useFakeTimers({ now: Date.parse("2026-03-05T14:00:00+08:00") });
const { heardTime, now, serverTime } = await import("../src/shared/time");
const { endsAt, heardEnd, renew, renewing } = await import("../src/command/ending");
const { csrf } = await import("../src/shared/api");
const { me } = await import("../src/shared/session");

beforeEach(() => heardTime(new Date().toISOString()));
afterEach(() => void vi.advanceTimersByTime(1_000));

const HOUR_MS = 3_600_000;

describe("the server's time", () => {
  it("goes on where this machine's clock is set back", () => {
    const before = serverTime();
    vi.setSystemTime(Date.now() - HOUR_MS);
    vi.advanceTimersByTime(5_000);
    expect(now.value - before).toBeGreaterThanOrEqual(5_000);
    expect(now.value - before).toBeLessThan(7_000);
  });

  it("leaps with a machine that slept", () => {
    const before = serverTime();
    vi.setSystemTime(Date.now() + HOUR_MS);
    vi.advanceTimersByTime(1_000);
    expect(now.value - before).toBeGreaterThanOrEqual(HOUR_MS);
  });

  it("is not told anew by every answer, only by one that it is off from", () => {
    const told = vi.fn();
    vi.advanceTimersByTime(1_000);
    const stop = now.subscribe(told);
    told.mockClear();
    for (let at = 0; at < 5; at += 1) heardTime(new Date(serverTime() - 200 * at).toISOString());
    expect(told).not.toHaveBeenCalled();
    heardTime(new Date(serverTime() - 90_000).toISOString());
    expect(told).toHaveBeenCalledTimes(1);
    stop();
  });
});

describe("the end of a session", () => {
  const inMinutes = (minutes: number): string => new Date(serverTime() + minutes * 60_000).toISOString();

  it("that is put off while the page is used is no end", () => {
    for (let minute = 0; minute < 60; minute += 1) {
      heardEnd(inMinutes(20));
      vi.advanceTimersByTime(60_000);
      expect(endsAt.value).toBeNull();
    }
  });

  it("that stays where it is is told half an hour before, and no more once somebody logged in anew", () => {
    const last = inMinutes(120);
    for (let minute = 0; minute <= 85; minute += 1) {
      heardEnd(last);
      vi.advanceTimersByTime(60_000);
      expect(endsAt.value).toBeNull();
    }
    vi.advanceTimersByTime(6 * 60_000);
    expect(endsAt.value).toBe(Date.parse(last));
    heardEnd(inMinutes(720));
    expect(endsAt.value).toBeNull();
  });

  it("is put off by the password, for who is logged in here, and the page goes on by the new word", async () => {
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
      asked.push(path, JSON.parse(init.body as string));
      const told = { login: "ann", csrf: "new", expires_at: inMinutes(120), must_change: false };
      return Promise.resolve(new Response(JSON.stringify(told), { headers: { "Content-Type": "application/json" } }));
    });
    me.value = { login: "ann" } as Me;
    renewing.value = true;
    await renew("secret");
    expect(asked).toEqual(["/api/v1/login", { login: "ann", password: "secret" }]);
    expect([csrf.value, renewing.value, endsAt.value]).toEqual(["new", false, null]);
    vi.unstubAllGlobals();
  });
});

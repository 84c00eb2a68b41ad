/** Where the phone is, and what that means for the report that is being written: of a receiver in our hands. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { moved } from "../src/field/geometry";
import { blank, byHand, byReceiver, followed, isElsewhere, type Shot, type Writing } from "../src/field/report/draft";
import type { Fix } from "../src/field/where";

type Where = typeof import("../src/field/where");
type Hear = (position: GeolocationPosition) => void;

const HERE = { lon: 117.0772, lat: 36.6631 };
const SHOT: Shot = { id: "photo", name: "a.jpg", type: "image/jpeg", size: 3, sha256: "00", thumb: "" };
const MINUTE = 60_000;

describe("the receiver", () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  let where: Where;
  let hear: Hear[] = [];
  let refuse: ((error: unknown) => void) | undefined;
  let asked = 0;

  /** Says where the phone is. */
  function tell(eastM: number, accuracy: number): void {
    const { lon, lat } = moved(HERE, eastM, 0);
    for (const one of [...hear]) {
      one({ coords: { longitude: lon, latitude: lat, accuracy }, timestamp: Date.now() } as GeolocationPosition);
    }
  }

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.resetModules();
    [hear, asked] = [[], 0];
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("document", page);
    const watchPosition = (told: Hear, failed: (error: unknown) => void): number => {
      hear = [told];
      refuse = failed;
      return 1;
    };
    const getCurrentPosition = (): void => void (asked += 1);
    const geolocation = { watchPosition, getCurrentPosition, clearWatch: () => void (hear = []) };
    vi.stubGlobal("navigator", { geolocation });
    where = await import("../src/field/where");
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("is not believed of where it was an hour ago", () => {
    const end = where.look();
    tell(0, 9);
    end();
    expect(where.fix.value).toMatchObject({ accuracyM: 9 });
    vi.advanceTimersByTime(60 * MINUTE);
    where.look()();
    expect(where.fix.value).toBeNull();
  });

  test("is not believed of where it was before the phone slept, nor by a clock that was put back", () => {
    const end = where.look();
    for (const after of [60 * MINUTE, -60 * MINUTE]) {
      tell(0, 9);
      vi.setSystemTime(Date.now() + after);
      expect(where.fixNow()).toBeNull();
      tell(0, 9);
      vi.setSystemTime(Date.now() + after);
      page.dispatchEvent(new Event("visibilitychange"));
      expect(where.fix.value).toBeNull();
    }
    end();
  });

  test("is asked again when it has told nothing for a while, unless nobody may ask or nobody looks", () => {
    const end = where.look();
    tell(0, 9);
    vi.advanceTimersByTime(MINUTE / 2);
    expect(asked).toBe(1);
    tell(0, 9);
    vi.advanceTimersByTime(MINUTE / 2);
    expect(where.fix.value).not.toBeNull();
    const before = asked;
    refuse?.({ code: 1, PERMISSION_DENIED: 1 });
    vi.advanceTimersByTime(5 * MINUTE);
    expect(where.fix.value).toBeNull();
    tell(0, 9);
    end();
    vi.advanceTimersByTime(5 * MINUTE);
    expect(asked).toBe(before);
  });

  test("does not trade a good position for a coarse one that may mean the same", () => {
    const end = where.look();
    tell(0, 8);
    tell(300, 800);
    expect(where.fix.value?.accuracyM).toBe(8);
    tell(5, 15);
    expect(where.fix.value?.accuracyM).toBe(15);
    tell(2_000, 800);
    expect(where.fix.value?.accuracyM).toBe(800);
    tell(0, 8);
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    tell(300, 800);
    expect(where.fix.value?.accuracyM).toBe(800);
    end();
  });
});

describe("the place of a report", () => {
  const fixAt = (eastM: number, accuracyM: number, at = 0): Fix => ({ ...moved(HERE, eastM, 0), accuracyM, at });
  const of = (place: Fix | null, change: Partial<Writing> = {}): Writing => {
    return { ...blank(), text: "井盖", place: place && byReceiver(place), ...change };
  };

  test("is where the receiver is, until a photo is taken: then it becomes finer, and moves no more", () => {
    const [site, bus] = [fixAt(0, 9, 1), fixAt(500, 5, 30_000)];
    expect(followed(of(null), site)).toEqual(byReceiver(site));
    expect(followed(of(site), bus)).toEqual(byReceiver(bus));
    const shown = of(site, { shots: [SHOT] });
    expect(followed(shown, bus)).toBe(shown.place);
    expect(followed(shown, fixAt(3, 4, 20_000))).toEqual(byReceiver(fixAt(3, 4, 20_000)));
    expect(followed(shown, fixAt(3, 20, 20_000))).toBe(shown.place);
    const coarse = of(fixAt(0, 800, 1), { shots: [SHOT] });
    expect(followed(coarse, bus)).toEqual(byReceiver(bus));
    expect(followed(coarse, { ...bus, at: 2 * MINUTE })).toBe(coarse.place);
  });

  test("that was set by hand stays", () => {
    const place = byHand(HERE);
    expect(followed(of(null, { place }), fixAt(500, 5, 2))).toBe(place);
  });

  test("goes with the receiver's word while nothing is written, and stays with what is", () => {
    const site = fixAt(0, 9, 1);
    expect(followed({ ...blank(), place: byReceiver(site) }, null)).toBeNull();
    const written = of(site);
    expect(followed(written, null)).toBe(written.place);
  });

  test("can be brought to where somebody is, once that is elsewhere or known better", () => {
    const site = fixAt(0, 9);
    expect(isElsewhere(of(site, { shots: [SHOT] }), fixAt(5, 9))).toBe(false);
    expect(isElsewhere(of(site, { shots: [SHOT] }), fixAt(500, 9))).toBe(true);
    expect(isElsewhere(of(fixAt(0, 800), { shots: [SHOT] }), fixAt(100, 9))).toBe(true);
    expect(isElsewhere(of(site), fixAt(500, 9))).toBe(false);
    expect(isElsewhere(of(null, { place: byHand(HERE) }), site)).toBe(true);
  });
});

/** Who is called by a sound, and when. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadEmergencies } from "../src/command/load";
import { topicsOf } from "../src/command/refresh";
import { audible, listenForEmergencies, soundOn, switchSound, unseen } from "../src/command/sound";
import { emergencies, moment } from "../src/command/state";

let rung = 0;
/** What is due within a week, by the words that ask for it. */
let rows: { incident_id: string; emergency: boolean; deadline_at: string }[];
let asked: string[];
let stop: () => void;

class Loudspeaker {
  state = "running";
  currentTime = 0;
  onstatechange: (() => void) | null = null;
  createOscillator() {
    rung += 1;
    return { frequency: {}, connect: (next: unknown) => next, start: () => undefined, stop: () => undefined };
  }
  createGain() {
    const gain = { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
    return { gain, connect: () => undefined };
  }
}

beforeEach(() => {
  [rung, rows, asked] = [0, [], []];
  vi.stubGlobal("AudioContext", Loudspeaker);
  vi.stubGlobal("Element", Loudspeaker);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    const body = { at: "2026-03-05T14:00:00+08:00", late: [], soon: rows, late_total: 0, soon_total: rows.length };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }));
  });
  soundOn.value = true;
  stop = listenForEmergencies();
});

afterEach(() => {
  stop();
  [soundOn.value, audible.value, emergencies.value, moment.value] = [false, false, null, null];
  vi.unstubAllGlobals();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const due = (id: string, more: object = {}) => ({ incident_id: id, emergency: true, deadline_at: inDays(1), ...more });

/** Fetches as an event would have it done, and returns how often the bell was rung then. */
async function rings(): Promise<number> {
  const before = rung;
  await loadEmergencies();
  await new Promise((resolve) => setTimeout(resolve));
  // One bell is three tones.
  return (rung - before) / 3;
}

describe("an emergency", () => {
  it("that nobody whistled for yet calls when it comes, a day before its deadline, and once", async () => {
    rows = [due("there already")];
    expect(await rings()).toBe(0);
    rows = [due("new"), due("there already")];
    expect(await rings()).toBe(1);
    expect(await rings()).toBe(0);
    expect(asked[0]).toMatch(/within_minutes=10080/);
  });

  it("calls no second time when it comes back, and nobody for what is none", async () => {
    rows = [due("one")];
    await rings();
    rows = [];
    await rings();
    rows = [due("one"), due("two", { emergency: false })];
    expect(await rings()).toBe(0);
  });

  it("calls whoever looks at the past as well, is told there while it stands, and calls no second time", async () => {
    await rings();
    moment.value = "2026-03-05T14:00:00+08:00";
    rows = [due("meanwhile"), due("over soon")];
    expect(await rings()).toBe(1);
    expect(unseen.value).toEqual(new Set(["meanwhile", "over soon"]));
    rows = [due("meanwhile")];
    await rings();
    expect(unseen.value).toEqual(new Set(["meanwhile"]));
    moment.value = null;
    expect([await rings(), unseen.value.size]).toEqual([0, 0]);
  });

  it("is told to whoever looks at the past without a sound, too", async () => {
    soundOn.value = false;
    moment.value = "2026-03-05T14:00:00+08:00";
    await rings();
    rows = [due("meanwhile")];
    expect(await rings()).toBe(0);
    expect(unseen.value.size).toBe(1);
  });

  it("that came while the sound was off is no news", async () => {
    await rings();
    await switchSound();
    expect(soundOn.value).toBe(false);
    emergencies.value = null;
    rows = [due("meanwhile")];
    await switchSound();
    const before = rung;
    expect(await rings()).toBe(0);
    expect(rung).toBe(before);
  });

  it.each(["incident.reported", "case.filed", "whistle.blown"])("may come with every %s", (kind) => {
    const change = { id: 1, kind, subject_id: "s", incident_id: "i", at: "" };
    expect(topicsOf([change], new Set())).toContain("emergencies");
  });
});

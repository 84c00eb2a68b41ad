/** What waits: it goes in a sensible order, rings softly, and can be taken back. */
import { describe, expect, test, vi } from "vitest";
import { courier } from "../src/field/outbox/courier";
import type { Outcome } from "../src/field/outbox/items";
import { done, draft, phoneOfEachTest, photoOf, report } from "./outbox-things";

const phone = phoneOfEachTest();
const closed = (): Promise<Outcome> => Promise.resolve({ is: "wait", all: true, afterMs: null });

describe("what waits", () => {
  test("does not starve behind what never gets through", async () => {
    const outbox = await phone.outbox();
    const [huge, plain] = [report("huge"), report("plain")];
    await outbox.add([huge, plain]);
    let now = Date.now();
    const one = phone.sender(
      outbox,
      ({ id }) => (id === huge.id ? closed() : done()),
      () => now,
    );
    await one.drain();
    now += 1_200; // the way opens again after a second at most
    await one.drain();
    expect(outbox.one(plain.id)?.state).toBe("sent");
    one.stop();
  });

  test("does not ring at a server that is ill once for each item", async () => {
    const outbox = await phone.outbox();
    await outbox.add(Array.from({ length: 10 }, () => report()));
    let tried = 0;
    const one = phone.sender(outbox, () => {
      tried += 1;
      return Promise.resolve({ is: "wait", all: false, afterMs: 5_000 });
    });
    await one.drain();
    expect(tried).toBe(3);
    one.stop();
  });

  test("a check-in passes a photo that is on its way, whose parts go on afterwards", async () => {
    const outbox = await phone.outbox();
    const told = draft("evidence", "case");
    await outbox.add([told]);
    const seen: string[] = [];
    let halted = false;
    const one = phone.sender(outbox, async (item, stop) => {
      seen.push(item.kind);
      if (item.kind !== "evidence" || halted) return await done();
      halted = true;
      await outbox.add([draft("check_in", "whistle")]);
      one.wake();
      return stop.aborted ? { is: "on" } : await done();
    });
    await one.drain();
    one.stop();
    expect(seen).toEqual(["evidence", "check_in", "evidence"]);
  });

  test("a check-in that was made in another tab passes a photo that this one sends", async () => {
    const [here, there] = [await phone.outbox(), await phone.outbox()];
    await here.add([draft("evidence", "case")]);
    const seen: string[] = [];
    const one = phone.sender(here, async (item, stop) => {
      seen.push(item.kind);
      if (item.kind !== "evidence" || seen.length > 1) return await done();
      await there.add([draft("check_in", "whistle")]);
      await one.hear();
      return stop.aborted ? { is: "on" } : await done();
    });
    await one.drain();
    one.stop();
    expect(seen).toEqual(["evidence", "check_in", "evidence"]);
  });

  test("can be taken back at once while it never went out, with its photos", async () => {
    const outbox = await phone.outbox();
    const told = report();
    const { photo, picture } = photoOf(told);
    await outbox.add([told, photo], [picture]);
    expect(await outbox.withdraw(told.id)).toBe(true);
    expect([outbox.all(), await outbox.picture(photo.id)]).toEqual([[], undefined]);
  });

  test.each([
    [404, "not-found", []],
    [200, "", ["sent", "waiting"]],
  ])("is asked for before it is taken back once it went out (%i)", async (status, kind, left) => {
    const outbox = await phone.outbox();
    const told = report();
    await outbox.add([told, photoOf(told).photo]);
    await outbox.begin(told.id);
    await outbox.settle(told.id, { is: "wait", all: true, afterMs: null }); // its answer was lost
    expect(await outbox.withdraw(told.id)).toBe(true);
    const asked: string[] = [];
    vi.stubGlobal("fetch", (path: string, { method }: { method: string }) => {
      asked.push(`${method} ${path}`);
      const body = JSON.stringify({ type: `/problems/${kind}`, id: told.id });
      return Promise.resolve(new Response(body, { status, headers: { "Content-Type": "application/json" } }));
    });
    const carry = courier(() => Promise.resolve(undefined));
    const one = phone.sender(outbox, (item) => (item.kind === "report" ? carry(item, { csrf: "x" }) : closed()));
    await one.drain();
    one.stop();
    expect(asked).toEqual([`GET /api/v1/incidents/${told.id}`]);
    expect(outbox.all().map(({ state }) => state)).toEqual(left);
  });

  test("positions that were refused stay until their owner has seen why", async () => {
    const outbox = await phone.outbox();
    const [good, bad] = [draft("positions", "duty"), draft("positions", "duty")];
    await outbox.add([good, bad]);
    for (const [one, refused] of [
      [good, []],
      [bad, [{ index: 0, reason: "taken off duty" }]],
    ] as const) {
      await outbox.begin(one.id);
      await outbox.settle(one.id, { is: "done", answer: { kept: 1, refused } });
    }
    await outbox.sweep(() => true);
    expect(outbox.all().map(({ id }) => id)).toEqual([bad.id]);
  });

  test("what had arrived before it was taken back stays until its owner has seen that, however long", async () => {
    const outbox = await phone.outbox();
    const [told, plain] = [report(), report()];
    await outbox.add([told, plain]);
    await outbox.begin(told.id);
    await outbox.withdraw(told.id);
    for (const { id } of [told, plain]) await outbox.settle(id, { is: "done", answer: {} });
    vi.useFakeTimers({ now: Date.now() + 7 * 86_400_000, toFake: ["Date"] });
    await outbox.sweep(() => true);
    vi.useRealTimers();
    expect(outbox.all().map(({ id }) => id)).toEqual([told.id]);
    await outbox.discard(told.id);
    expect(outbox.all()).toEqual([]);
  });
});

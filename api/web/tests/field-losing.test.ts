/** As a stranger who wants a worker to lose a report, or to send it twice, or in another's name. */
import { describe, expect, test, vi } from "vitest";
import { openDB } from "idb";
import { Problem, Unreachable } from "../src/shared/api";
import { uuid7 } from "../src/shared/uuid";
import { courier, judged } from "../src/field/outbox/courier";
import type { Picture } from "../src/field/outbox/database";
import { Disk } from "../src/field/outbox/disk";
import { fresh, hasCome, type Item, type Outcome, ready, righted } from "../src/field/outbox/items";
import { inTurn } from "../src/field/outbox/lock";
import { Outbox } from "../src/field/outbox/outbox";
import { takeReserve } from "../src/field/outbox/room";
import { done, ME, phoneOfEachTest, photoOf, report } from "./outbox-things";

const phone = phoneOfEachTest();

describe("a disk that is full", () => {
  /** A phone with so much room for photos. */
  function roomFor(bytes: number): void {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the store that they are asked of
    const { put, delete: drop } = IDBObjectStore.prototype;
    const taken = new Map<unknown, number>();
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value: Picture) {
      if (this.name !== "blobs") return put.call(this, value);
      const needed = [...taken.values()].reduce((sum, one) => sum + one, value.bytes.byteLength);
      if (needed > bytes) throw new DOMException("full", "QuotaExceededError");
      taken.set(value.id, value.bytes.byteLength);
      return put.call(this, value);
    });
    vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (this: IDBObjectStore, key) {
      if (this.name === "blobs") taken.delete(key);
      return drop.call(this, key);
    });
  }

  test("keeps the words of a report when there is no room for its photo, and the photo as long as the page lives", async () => {
    const outbox = await phone.outbox();
    const told = report("井盖");
    const { photo, picture } = photoOf(told);
    roomFor(0);
    expect(await outbox.add([told, photo], [picture])).toBe(false);
    expect(outbox.isSaved()).toBe(false);
    vi.restoreAllMocks();
    const afterwards = await phone.outbox();
    expect(afterwards.all().map(({ id }) => id)).toEqual([told.id, photo.id]);
    expect((await outbox.picture(photo.id))?.bytes.byteLength).toBe(3);
    expect(await outbox.save()).toBe(true);
    expect((await afterwards.picture(photo.id))?.bytes.byteLength).toBe(3);
  });

  test("gives up the room that was kept for this day, so that the photo is kept; then little is left", async () => {
    const MIB = 1024 * 1024;
    roomFor(9 * MIB);
    expect(await takeReserve(phone.disk)).toBe(true);
    const outbox = await phone.outbox();
    for (const [size, fits] of [
      [2 * MIB, true],
      [8 * MIB, false],
    ] as const) {
      const told = report("井盖");
      const { photo, picture } = photoOf(told);
      expect(await outbox.add([told, photo], [{ ...picture, bytes: new ArrayBuffer(size) }])).toBe(fits);
      expect(await takeReserve(phone.disk)).toBe(false);
    }
    expect((await phone.outbox()).all()).toHaveLength(4);
  });

  test("keeps some of that room for words, which photos do not get", async () => {
    await takeReserve(phone.disk);
    const outbox = await phone.outbox();
    const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the store that it is asked of
    const drop = IDBObjectStore.prototype.delete;
    vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (this: IDBObjectStore, key) {
      if (key === "last-reserve") full.mockRestore();
      return drop.call(this, key);
    });
    const picture = { id: uuid7(), bytes: new ArrayBuffer(3), type: "image/jpeg" };
    expect(await outbox.keepPicture(picture)).toBe(false);
    expect(await outbox.add([report("井盖")])).toBe(true);
    expect((await phone.outbox()).all()).toHaveLength(1);
  });

  test("does not keep a phone from sending, nor by plain http", async () => {
    vi.stubGlobal("navigator", {});
    const full = vi.spyOn(phone.disk.now, "transaction").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    let worked = false;
    const work = (): Promise<void> => {
      worked = true;
      return Promise.resolve();
    };
    expect(await inTurn(phone.disk, "me", work)).toBe(true);
    expect([worked, full.mock.calls.length > 0]).toEqual([true, true]);
  });

  test("does not send again and again what has arrived, only because that could not be written down", async () => {
    const outbox = await phone.outbox();
    await outbox.add([report()]);
    const one = phone.sender(outbox, () => {
      vi.spyOn(phone.disk.now, "transaction").mockImplementation(() => {
        throw new DOMException("full", "QuotaExceededError");
      });
      return done();
    });
    await one.drain();
    vi.restoreAllMocks();
    await outbox.reload();
    expect(outbox.all().map(({ state }) => state)).toEqual(["sent"]);
  });
});

describe("several tabs", () => {
  test("the words of one draft that is sent from two tabs are one report; other words are another", async () => {
    const [one, two] = [await phone.outbox(), await phone.outbox()];
    const told = report("井盖");
    await one.add([told]);
    await two.reload();
    const later = { ...told, request: { ...told.request, body: { ...told.request.body, reported_at: "later" } } };
    await two.add([later]);
    const other = { ...told, request: { ...told.request, body: { ...told.request.body, text: "路灯" } } };
    await two.add([other]);
    const kept = await phone.outbox();
    expect(kept.all().map(({ request }) => request.body["text"])).toEqual(["井盖", "路灯"]);
    expect(new Set(kept.all().map(({ request }) => request.body["id"])).size).toBe(2);
  });

  test("what another tab has sent is not sent again, and what it has thrown away does not come back", async () => {
    const [one, two] = [await phone.outbox(), await phone.outbox()];
    const [first, second] = [report(), report()];
    await one.add([first, second]);
    await two.reload();
    await two.begin(first.id);
    await two.settle(first.id, { is: "done", answer: {} });
    await two.withdraw(second.id);
    expect(await one.begin(first.id)).toBeNull();
    await one.wake();
    expect(await one.begin(second.id)).toBeNull();
    expect((await phone.outbox()).all().map(({ id, state }) => [id, state])).toEqual([[first.id, "sent"]]);
  });

  test("a lease from before the clock was put back holds nobody up", async () => {
    vi.stubGlobal("navigator", {});
    await phone.disk.now.put("kept", { holder: "dead", until: Date.now() + 86_400_000 }, "gridgov-field-sender");
    expect(await inTurn(phone.disk, "me", () => Promise.resolve())).toBe(true);
    await phone.disk.now.put("kept", { holder: "alive", until: Date.now() + 10_000 }, "gridgov-field-sender");
    expect(await inTurn(phone.disk, "me", () => Promise.resolve())).toBe(false);
  });
});

describe("a phone", () => {
  test("whose browser cuts the way to the disk in the background goes on as if nothing were", async () => {
    const outbox = await phone.outbox();
    phone.disk.close();
    expect(await outbox.add([report()])).toBe(true);
    expect((await phone.outbox()).all()).toHaveLength(1);
  });

  test("with a newer page in another tab keeps all of it for that, and the older page touches nothing", async () => {
    const taken = vi.fn();
    const old = await Disk.open(phone.name, taken);
    const outbox = await Outbox.open(old);
    await outbox.add([report()]);
    phone.disk.close();
    const newer = await openDB(phone.name, 2);
    expect(taken).toHaveBeenCalled();
    await expect(outbox.add([report()])).rejects.toThrow(/version/);
    expect(await newer.count("outbox")).toBe(1);
    newer.close();
  });

  test("whose clock was put back by a year waits no year", () => {
    const now = Date.parse("2025-01-01T00:00:00Z");
    const item = { ...fresh(report(), 1), notBefore: Date.parse("2026-01-01T00:00:00Z") };
    expect(ready([item], ME, now)).toEqual([item]);
    expect(hasCome(now + 60_000, now)).toBe(false);
  });

  test("whose clock is hours ahead reports when it was, and never what is still to come", () => {
    const HOUR = 3_600_000;
    const now = Date.parse("2026-03-05T10:00:00Z"); // by the phone, whose clock is three hours ahead
    const request = (at: string) => ({ ...report().request, body: { reported_at: at, positions: [{ at, lon: 1 }] } });
    const right = (at: string, aheadMs: number) => righted(request(at), aheadMs, now).body;
    const early = "2026-03-05T06:00:00.000Z";
    expect(right("2026-03-05T09:00:00.000Z", 3 * HOUR)).toEqual({
      reported_at: early,
      positions: [{ at: early, lon: 1 }],
    });
    // The clock was put right before it was sent.
    expect(right("2026-03-05T13:00:00.000Z", 0)["reported_at"]).toBe("2026-03-05T10:00:00.000Z");
    // A minute is no skew, and whoever says when it is sent is put right by the server.
    expect(right(early, 60_000)["reported_at"]).toBe(early);
    // Positions stay beside the shift that the same clock began, however slow an answer was.
    const last = "2026-03-05T10:00:00.000Z";
    expect(right(last, 900)["positions"]).toEqual([{ at: last, lon: 1 }]);
    expect(righted({ ...request(early), stamped: true }, 3 * HOUR, now).body["reported_at"]).toBe(early);
  });

  test("puts a moment right once: it is sent again in the same words, whatever its clock says then", async () => {
    const outbox = await phone.outbox();
    const told = report();
    await outbox.add([told]);
    const first = await outbox.begin(told.id, 3_600_000);
    const second = await outbox.begin(told.id, -7_200_000);
    expect(first?.request.body["reported_at"]).toBe("2025-12-31T23:00:00.000Z");
    expect(second?.request).toEqual(first?.request);
  });
});

describe("a network", () => {
  const told = fresh(report(), 1);
  const answered = (status: number, type: string, body: string): void => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status, headers: { "Content-Type": type } })));
  };
  const carried = (): Promise<Outcome> => courier(() => Promise.resolve(undefined))(told, { csrf: "x" });

  test.each([
    [200, "text/html", "<h1>Login</h1>"],
    [200, "text/plain", "ok"],
    [200, "application/json", "nothing of JSON"],
    [204, "application/json", ""],
    [403, "text/html", "<h1>Blocked</h1>"],
    [404, "text/html", "<h1>Nothing here</h1>"],
    [401, "text/html", "<h1>Proxy</h1>"],
  ])("that answers for the server (%i %s) neither takes a report nor refuses it", async (status, type, body) => {
    answered(status, type, body);
    expect(await carried()).toEqual({ is: "wait", all: true, afterMs: null });
  });

  test("that lets nothing so large through says so to the worker", async () => {
    answered(413, "text/html", "<h1>Too large</h1>");
    expect((await carried()).is).toBe("refused");
  });

  test("that brings the head of an answer and never the rest does not hold the outbox for ever", async () => {
    vi.useFakeTimers();
    const never = (signal: AbortSignal) =>
      new ReadableStream({
        start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
      });
    const headers = { "Content-Type": "application/json" };
    vi.stubGlobal("fetch", (_: string, { signal }: { signal: AbortSignal }) =>
      Promise.resolve(new Response(never(signal), { headers })),
    );
    const outcome = carried();
    await vi.advanceTimersByTimeAsync(31_000);
    expect((await outcome).is).toBe("wait");
    vi.useRealTimers();
  });

  test("that hurts a part of a photo, or a server that lost one, lets it go again", () => {
    const photo = { kind: "evidence" } as Item;
    const hurt = new Problem(422, "invalid-input", "", [], [{ field: "content-digest", message: "damaged" }]);
    const lost = new Problem(409, "conflict", "", [{ number: 2 }]);
    expect([judged(hurt, photo).is, judged(lost, photo).is]).toEqual(["wait", "wait"]);
    expect(judged(new Problem(409, "conflict", ""), photo).is).toBe("conflict");
    expect(judged(new Unreachable("x"), photo)).toEqual({ is: "wait", all: true, afterMs: null });
  });
});

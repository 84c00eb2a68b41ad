import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "../src/shared/api";
import { uuid7 } from "../src/shared/uuid";
import { judged } from "../src/field/outbox/courier";
import { dropDatabase } from "../src/field/outbox/database";
import { Disk } from "../src/field/outbox/disk";
import { type Draft, held, type Item, type Kind, type Outcome, patience, ready } from "../src/field/outbox/items";
import { Outbox } from "../src/field/outbox/outbox";
import { Sender } from "../src/field/outbox/sender";

const ME = "account-1";
let disk: Disk;
let name: string;

beforeEach(async () => {
  name = `test-${uuid7()}`;
  disk = await Disk.open(name);
});

afterEach(async () => {
  disk.close();
  await dropDatabase(name);
});

function draft(kind: Kind, chain: string, { after = [] as string[], id = uuid7(), account = ME } = {}): Draft {
  const request = { method: "POST" as const, path: `/api/v1/${kind}`, body: { id, chain } };
  return { id, account, kind, chain, after, madeAt: "2026-01-01T00:00:00Z", label: { zh: "事", en: "Thing" }, request };
}

/** A report with photos, in one chain. */
function report(photos = 1): Draft[] {
  const id = uuid7();
  const rest = Array.from({ length: photos }, () => draft("evidence", id, { after: [id] }));
  return [draft("report", id, { id }), ...rest];
}

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sender(outbox: Outbox, carry: (item: Item) => Promise<Outcome>, now: () => number = Date.now): Sender {
  return new Sender(outbox, disk, carry, { account: () => ME, now, random: () => 0.5 });
}

const trouble = { status: 422, kind: "invalid-input", message: "no", details: [], faults: [] };

describe("what is kept", () => {
  test("survives the page: it is read anew in the order in which it was made", async () => {
    const first = await Outbox.open(disk);
    const drafts = [...report(2), ...report(0)];
    expect(await first.add(drafts)).toBe(true);
    const second = await Outbox.open(disk);
    expect(second.all().map((item) => item.id)).toEqual(drafts.map((one) => one.id));
  });

  test("stays in memory and says so where the disk is full, and goes to the disk once there is room", async () => {
    const outbox = await Outbox.open(disk);
    const full = vi.spyOn(disk.now, "transaction").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const drafts = report(1);
    const bytes = new Uint8Array([1, 2, 3]).buffer;
    const kept = await outbox.add(drafts, [{ id: drafts[1]?.id ?? "", bytes, type: "image/jpeg" }]);
    expect(kept).toBe(false);
    expect(outbox.all().map((item) => item.unsaved)).toEqual([true, true]);
    expect((await outbox.picture(drafts[1]?.id ?? ""))?.bytes.byteLength).toBe(3);
    full.mockRestore();
    expect(await outbox.save()).toBe(true);
    expect((await Outbox.open(disk)).all()).toHaveLength(2);
  });

  test("is not lost to a look at the disk while it is being written", async () => {
    const outbox = await Outbox.open(disk);
    await Promise.all([outbox.reload(), outbox.add(report(0)), outbox.reload(), outbox.add(report(0))]);
    expect(outbox.all()).toHaveLength(2);
  });

  test("goes from the phone only when it was sent and the server's own list shows it", async () => {
    const outbox = await Outbox.open(disk);
    const [sent] = report(0);
    const [waiting] = report(0);
    await outbox.add([sent as Draft, waiting as Draft]);
    await outbox.settle(sent?.id ?? "", { is: "done", answer: {} });
    await outbox.sweep(() => false);
    expect(outbox.all()).toHaveLength(2);
    await outbox.sweep(() => true);
    expect(outbox.all().map((item) => item.id)).toEqual([waiting?.id]);
  });
});

describe("what goes next", () => {
  test("a photo waits for its report, and a check-in overtakes everything of other chains", async () => {
    const outbox = await Outbox.open(disk);
    const [told, photo] = report(1) as [Draft, Draft];
    const arrival = draft("check_in", "whistle");
    await outbox.add([told, photo, arrival]);
    expect(ready(outbox.all(), ME, 0).map((item) => item.id)).toEqual([arrival.id, told.id]);
  });

  test("what is refused holds up what hangs on it, and nothing else", async () => {
    const outbox = await Outbox.open(disk);
    const [told, photo] = report(1) as [Draft, Draft];
    const note = draft("case_act", told.id, { after: [photo.id] });
    const other = draft("case_act", "another");
    await outbox.add([told, photo, note, other]);
    await outbox.settle(told.id, { is: "refused", trouble });
    expect(held(outbox.all())).toEqual(new Set([photo.id, note.id]));
    expect(ready(outbox.all(), ME, Date.now()).map((item) => item.id)).toEqual([other.id]);
  });

  test("only what is one's own is sent", async () => {
    const outbox = await Outbox.open(disk);
    await outbox.add([draft("report", "theirs", { account: "account-2" })]);
    expect(ready(outbox.all(), ME, Date.now())).toEqual([]);
  });
});

describe("what an answer means", () => {
  const item = { kind: "report" } as Item;
  const act = { kind: "case_act" } as Item;
  const arrival = { kind: "check_in" } as Item;
  test.each<[Error, Item, Outcome["is"]]>([
    [new Unreachable("x"), item, "wait"],
    [new SyntaxError("a portal's page"), item, "wait"],
    [new Problem(500, "internal-error", ""), item, "wait"],
    [new Problem(503, "database-unavailable", "", [], [], 5), item, "wait"],
    [new Problem(429, "too-many", "", [], [], 5), item, "wait"],
    [new Problem(401, "not-authenticated", ""), item, "login"],
    [new Problem(403, "not-allowed", ""), item, "refused"],
    [new Problem(404, "not-found", ""), item, "refused"],
    [new Problem(422, "invalid-input", ""), item, "refused"],
    [new Problem(422, "rule-forbids", ""), act, "conflict"],
    [new Problem(422, "rule-forbids", "", [{ stage: "on_site", act: "check_in" }]), arrival, "conflict"],
    [new Problem(422, "rule-forbids", "", [{ verdict: "refused", distance_m: 900 }]), arrival, "refused"],
    [new Problem(409, "conflict", ""), item, "conflict"],
    [new Problem(412, "stale", ""), act, "conflict"],
  ])("%o", (error, sent, meant) => {
    expect(judged(error, sent).is).toBe(meant);
  });

  test("waits grow, are spread, and end at five minutes", () => {
    expect(patience(1, 0)).toBe(1_000);
    expect(patience(1, 1)).toBe(2_000);
    expect(patience(60, 1)).toBe(300_000);
  });
});

test("an item that is mended goes under a new id, and what hangs on it follows", async () => {
  const outbox = await Outbox.open(disk);
  const [told, photo] = report(1) as [Draft, Draft];
  const bytes = new Uint8Array([7]).buffer;
  await outbox.add([told, photo], [{ id: photo.id, bytes, type: "image/jpeg" }]);
  await outbox.settle(told.id, { is: "refused", trouble });
  const next = uuid7();
  await outbox.renew(told.id, next, (item) => ({ ...item, label: { zh: "新", en: "New" } }));
  const again = await Outbox.open(disk);
  expect(again.all().map(({ id, state, after, chain }) => ({ id, state, after, chain }))).toEqual([
    { id: next, state: "waiting", after: [], chain: next },
    { id: photo.id, state: "waiting", after: [next], chain: next },
  ]);
  expect(again.one(photo.id)?.request.body).toEqual({ id: photo.id, chain: next });
  expect((await again.picture(photo.id))?.bytes.byteLength).toBe(1);
});

describe("the sender", () => {
  test("stops at an expired session, keeps everything, and goes on after the login", async () => {
    const outbox = await Outbox.open(disk);
    await outbox.add(report(2));
    let known = false;
    const seen: string[] = [];
    const one = sender(outbox, (item) => {
      if (known) seen.push(item.kind);
      return Promise.resolve<Outcome>(known ? { is: "done", answer: {} } : { is: "login" });
    });
    await one.drain();
    expect(outbox.all().map((item) => item.state)).toEqual(["waiting", "waiting", "waiting"]);
    known = true;
    await one.drain();
    expect(seen).toEqual(["report", "evidence", "evidence"]);
  });

  test("tries nothing else while the way is closed, and everything once it is open", async () => {
    const outbox = await Outbox.open(disk);
    await outbox.add([...report(0), ...report(0), ...report(0)]);
    let open = false;
    let tried = 0;
    const one = sender(outbox, () => {
      tried += 1;
      return Promise.resolve<Outcome>(open ? { is: "done", answer: {} } : { is: "wait", all: true, afterMs: null });
    });
    await one.drain();
    expect(tried).toBe(1);
    open = true;
    await one.hurry();
    expect(outbox.all().every((item) => item.state === "sent")).toBe(true);
    one.stop();
  });

  class Killed extends Error {}

  /** A server that keeps each id once, behind a network that loses requests and answers, on a phone that dies. */
  test.each(Array.from({ length: 25 }, (_, seed) => seed))(
    "loses nothing and doubles nothing, whatever fails (seed %i)",
    async (seed) => {
      const random = dice(seed);
      const stored: Item[] = [];
      let now = 0;
      let calm = false;
      let known = true;
      const carry = (item: Item): Promise<Outcome> => {
        now += 1_000;
        const fate = calm ? 1 : random();
        if (fate < 0.1) throw new Killed();
        if (fate < 0.2) return Promise.resolve({ is: "wait", all: true, afterMs: null });
        if (fate < 0.3) return Promise.resolve({ is: "wait", all: false, afterMs: 500 });
        if (fate < 0.35) known = false;
        if (!known) return Promise.resolve({ is: "login" });
        for (const needed of item.after) expect(stored.some((one) => one.id === needed)).toBe(true);
        if (!stored.some((one) => one.id === item.id)) stored.push(item);
        if (fate < 0.45) throw new Killed(); // after the server has it, before the phone knows
        if (fate < 0.6) return Promise.resolve({ is: "wait", all: true, afterMs: null }); // the answer is lost
        return Promise.resolve({ is: "done", answer: {} });
      };
      const made: Draft[] = [];
      for (let round = 0; round < 60; round += 1) {
        const outbox = await Outbox.open(disk, { now: () => now, random });
        if (round < 12) {
          const drafts = report(Math.floor(random() * 3));
          await outbox.add(drafts);
          made.push(...drafts);
        }
        known = true;
        calm = round > 50;
        const one = sender(outbox, carry, () => now);
        await outbox.wake();
        await one.drain().catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        now += 400_000;
      }
      expect(stored.map((item) => item.id).sort()).toEqual(made.map((one) => one.id).sort());
      for (const chain of new Set(made.map((one) => one.chain))) {
        const order = (list: readonly Draft[]): string[] =>
          list.filter((one) => one.chain === chain).map((one) => one.id);
        expect(order(stored)).toEqual(order(made));
      }
      const last = await Outbox.open(disk);
      expect(last.all().every((item) => item.state === "sent")).toBe(true);
    },
  );
});

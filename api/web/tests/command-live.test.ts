import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Change, Line, SILENCE_MS, waitMs } from "../src/shared/line";
import { Refresher, type Task, TOPICS, type Topic, topicsOf } from "../src/command/refresh";
import { Reader } from "../src/shared/sse";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const change = (kind: string, more: Partial<Change> = {}): Change => ({
  id: 1,
  kind,
  subject_id: "s",
  incident_id: "i",
  at: "2026-03-05T14:30:00+08:00",
  ...more,
});

describe("server-sent events", () => {
  const text =
    'event: hello\ndata: {}\nid: a-1\nretry: 2000\n\n: ping\n\nid: a-2\n\ndata: x\ndata: y\n\nevent: changes\r\ndata: {"a":1}\r\n\r\n';

  it.each([1, 2, 3, 7, 1000])("are the same in pieces of %i", (size) => {
    const reader = new Reader();
    const told = [];
    for (let at = 0; at < text.length; at += size) told.push(...reader.take(text.slice(at, at + size)));
    expect(told).toEqual([
      { event: "hello", data: "{}" },
      { event: "message", data: "x\ny" },
      { event: "changes", data: '{"a":1}' },
    ]);
    expect(reader.lastId).toBe("a-2");
  });
});

function means(answers: (() => Response | Promise<Response>)[]) {
  const asked: RequestInit[] = [];
  const waits: number[] = [];
  return {
    asked,
    waits,
    fetch: ((_: unknown, init: RequestInit) => {
      asked.push(init);
      const next = answers.shift();
      if (next) return Promise.resolve(next());
      return new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(new Error("cut")));
      });
    }) as typeof fetch,
    random: () => 1,
    pause: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
}

const stream = (...pieces: string[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    }),
  );

const ears = () => ({ alive: vi.fn(), changes: vi.fn(), anew: vi.fn(), down: vi.fn(), over: vi.fn() });

describe("the line to the server", () => {
  it("comes back with the last id, and fetches all anew", async () => {
    const [heard, use] = [
      ears(),
      means([
        () => stream('event: changes\ndata: {"changes":[{"id":1}]}\nid: e-9\n\n'),
        () => stream("event: hello\ndata: {}\n\n"),
      ]),
    ];
    const line = new Line(heard, use);
    void line.open();
    await vi.waitFor(() => expect(use.asked).toHaveLength(3));
    line.close();
    expect(heard.changes).toHaveBeenCalledTimes(1);
    expect(heard.anew).toHaveBeenCalledTimes(2);
    expect(use.asked[1]?.headers).toMatchObject({ "Last-Event-ID": "e-9" });
  });

  it("waits longer and longer while nobody answers, and never all at the same moment", () => {
    const waits = [0, 1, 2, 3, 4, 20].map((tries) => waitMs(tries, 1));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000]);
    expect(waitMs(3, 0)).toBe(2_000);
  });

  it("says that the session is over, and tries no more", async () => {
    const [heard, use] = [ears(), means([() => new Response(null, { status: 401 })])];
    await new Line(heard, use).open();
    expect(heard.over).toHaveBeenCalledTimes(1);
    expect(use.asked).toHaveLength(1);
  });

  it("is tied again once somebody is logged in again, and never twice at once", async () => {
    const [heard, use] = [ears(), means([() => new Response(null, { status: 401 }), () => stream(": here\n\n")])];
    const line = new Line(heard, use);
    await Promise.all([line.open(), line.open()]);
    expect(use.asked).toHaveLength(1);
    void line.open();
    await vi.waitFor(() => expect(heard.anew).toHaveBeenCalledTimes(1));
    line.close();
  });

  it("believes the server's word that nobody is logged in any more", async () => {
    const heard = ears();
    await new Line(heard, means([() => stream('event: end\ndata: {"reason":"not-logged-in"}\n\n')])).open();
    expect(heard.over).toHaveBeenCalledTimes(1);
  });

  it("takes silence for death", async () => {
    const [heard, use] = [ears(), means([])];
    const line = new Line(heard, use);
    void line.open();
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 10);
    expect(heard.down).toHaveBeenCalled();
    line.close();
  });
});

function refresher(run: () => Promise<void> = () => Promise.resolve(), ms = 500) {
  const everyMs = (): number => ms;
  const tasks = Object.fromEntries(TOPICS.map((topic) => [topic, { run: vi.fn(run), everyMs }])) as unknown as Record<
    Topic,
    Task & { run: ReturnType<typeof vi.fn> }
  >;
  const told = { fresh: vi.fn(), failed: vi.fn(() => true) };
  return { tasks, told, refresher: new Refresher(tasks, told) };
}

describe("the refresher", () => {
  it("makes few requests of many changes, and the last change is never forgotten", async () => {
    const { tasks, refresher: one } = refresher();
    for (let at = 0; at < 500; at += 1) {
      one.want(["watch"]);
      await vi.advanceTimersByTimeAsync(20);
    }
    const during = tasks.watch.run.mock.calls.length;
    expect(during).toBeLessThanOrEqual(21);
    expect(during).toBeGreaterThanOrEqual(19);
    await vi.advanceTimersByTimeAsync(1_000);
    const settled = tasks.watch.run.mock.calls.length;
    one.want(["watch"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tasks.watch.run.mock.calls.length).toBe(settled + 1);
  });

  it("never asks twice at once, and asks again if something changed meanwhile", async () => {
    let end = (): void => undefined;
    const { tasks, refresher: one } = refresher(() => new Promise((resolve) => (end = resolve)));
    one.want(["chosen"]);
    await vi.advanceTimersByTimeAsync(10);
    one.want(["chosen"]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tasks.chosen.run).toHaveBeenCalledTimes(1);
    end();
    await vi.advanceTimersByTimeAsync(10);
    expect(tasks.chosen.run).toHaveBeenCalledTimes(2);
  });

  it("tries again what failed, ever more patiently, and at once when told to hurry", async () => {
    const { tasks, told, refresher: one } = refresher(() => Promise.reject(new Error("no")));
    one.want(["figures"]);
    await vi.advanceTimersByTimeAsync(10_000);
    const slow = tasks.figures.run.mock.calls.length;
    expect(slow).toBeLessThan(7);
    one.hurry();
    await vi.advanceTimersByTimeAsync(1);
    expect(tasks.figures.run.mock.calls.length).toBe(slow + 1);
    expect(told.fresh).not.toHaveBeenCalled();
  });

  it("does not stand still where the clock is set back", async () => {
    const { tasks, refresher: one } = refresher();
    one.want(["watch"]);
    await vi.advanceTimersByTimeAsync(10);
    vi.setSystemTime(Date.now() - 3_600_000);
    one.want(["watch"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tasks.watch.run).toHaveBeenCalledTimes(2);
  });

  it("does at once what a person waits for, whatever was asked a moment ago or in vain", async () => {
    const { tasks, refresher: one } = refresher(() => Promise.reject(new Error("no")), 4_000);
    one.want(["whistles"]);
    await vi.advanceTimersByTimeAsync(20_000);
    const before = tasks.whistles.run.mock.calls.length;
    one.wish(["whistles"]);
    await vi.advanceTimersByTimeAsync(1);
    one.wish(["whistles"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(tasks.whistles.run.mock.calls.length).toBe(before + 2);
  });

  it("answers a person's wish right after what was under way, without resting", async () => {
    let end = (): void => undefined;
    const { tasks, refresher: one } = refresher(() => new Promise((resolve) => (end = resolve)), 4_000);
    one.want(["whistles"]);
    await vi.advanceTimersByTimeAsync(10);
    one.wish(["whistles"]);
    end();
    await vi.advanceTimersByTimeAsync(10);
    expect(tasks.whistles.run).toHaveBeenCalledTimes(2);
  });

  it("gives up what will not become right by asking again", async () => {
    const { tasks, told, refresher: one } = refresher(() => Promise.reject(new Error("no")));
    told.failed.mockReturnValue(false);
    one.want(["figures"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tasks.figures.run).toHaveBeenCalledTimes(1);
  });
});

describe("changes", () => {
  it("of the case that is shown fetch it; others leave it alone", () => {
    expect(topicsOf([change("case.filed")], new Set(["i"]))).toContain("chosen");
    expect(topicsOf([change("case.filed")], new Set(["other"]))).not.toContain("chosen");
  });

  it.each(["case.noted", "incident.evidence_added"])("as %s, which no tile shows, have none drawn anew", (kind) => {
    const topics = topicsOf([change(kind)], new Set(["i"]));
    expect(topics).toContain("chosen");
    expect(topics).not.toContain("marks");
    expect(topicsOf([change(kind), change("case.filed")], new Set())).toContain("marks");
  });

  it("of registers read names anew, and whole registers the map's classes as well", () => {
    const of = (kind: string) => [...topicsOf([change(kind, { incident_id: null })], new Set())];
    expect(of("organisation.changed")).toContain("rules");
    expect(of("organisation.changed")).not.toContain("land");
    expect(of("register.imported")).toEqual(expect.arrayContaining(["rules", "land"]));
  });

  it("of the grid read it anew, its classes, its counts and its names", () => {
    const topics = topicsOf([change("grid.published", { incident_id: null })], new Set());
    expect([...topics]).toEqual(expect.arrayContaining(["land", "loads", "rules", "figures"]));
    expect(topics).not.toContain("marks");
  });

  it("of somebody's inbox are nothing to the wall", () => {
    expect(topicsOf([change("inbox.changed")], new Set()).size).toBe(0);
  });
});

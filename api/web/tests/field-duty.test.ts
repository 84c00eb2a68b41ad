/** On duty and off: what the phone goes by, whatever the server has to say against it, and whatever its clock says. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shiftEnd, shiftStart } from "../src/field/acts";
import type { Holder, Today } from "../src/field/carried";
import { followDuty, gathered, shift, switchDuty } from "../src/field/duty";
import { handBack, holder, mine, refresh, theOutbox, today } from "../src/field/phone";
import { ME } from "./outbox-things";
import { openedPhone } from "./opened-phone";

openedPhone();

const OWNER: Holder = { account_id: ME, login: "worker", name: "网格员", permissions: [] };
const MINUTE = 60_000;
const trouble = { status: 409, kind: "conflict", message: "", details: [], faults: [] };
const iso = (ms: number): string => new Date(ms).toISOString();

/** The day as the server told it: on duty since then by its clock, or off. */
function day(since: number | null, ahead_ms = 0, id = "theirs"): Today {
  const open = since === null ? null : { id, started_at: iso(since), due_at: null, ended_at: null };
  return {
    at: iso(Date.now()),
    shift: open,
    reports: [],
    tasks: [],
    whistles: [],
    duties: [],
    ahead_ms,
  } as unknown as Today;
}

async function sent(id: string): Promise<void> {
  await theOutbox().begin(id);
  await theOutbox().settle(id, { is: "done", answer: {} });
}

beforeEach(async () => {
  holder.value = OWNER;
  today.value = null;
  gathered.value = [];
  for (const { id } of theOutbox().all()) await theOutbox().discard(id);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("going on duty where one is on duty already", () => {
  test("leaves the shift that the server knows, and that is what is ended", async () => {
    await switchDuty(true);
    const [start] = mine.value;
    await theOutbox().begin(start?.id ?? "");
    await theOutbox().settle(start?.id ?? "", { is: "conflict", trouble });
    expect(shift.value).toBeNull();
    today.value = day(Date.now() - MINUTE);
    expect(shift.value?.id).toBe("theirs");
    await switchDuty(false);
    expect(mine.value.at(-1)?.request.path).toBe("/api/v1/shifts/theirs/end");
    expect(shift.value).toBeNull();
  });
});

describe("by a clock that is ten minutes slow", () => {
  const AHEAD = -10 * MINUTE;
  const server = (ms = 0): number => Date.now() - AHEAD + ms;

  test("no position is lost once the server alone tells of the shift", async () => {
    let tell: PositionCallback = () => undefined;
    vi.stubGlobal("isSecureContext", true);
    const watchPosition = (told: PositionCallback): number => {
      tell = told;
      return 1;
    };
    vi.stubGlobal("navigator", { geolocation: { watchPosition, clearWatch: () => undefined } });
    today.value = day(server(-MINUTE), AHEAD);
    const end = await followDuty(ME);
    const coords = { longitude: 117, latitude: 36, accuracy: 9 } as GeolocationCoordinates;
    tell({ coords, timestamp: Date.now() - 2 * MINUTE } as GeolocationPosition); // not on duty yet
    tell({ coords, timestamp: Date.now() } as GeolocationPosition);
    await vi.waitFor(() => expect(gathered.value).toHaveLength(1));
    end();
  });

  test("the end of a shift ends it, though that began later by the server's clock", async () => {
    const start = shiftStart(OWNER, new Date(Date.now() - MINUTE));
    const end = shiftEnd(start.id, OWNER, new Date());
    await theOutbox().add([end]);
    await sent(end.id);
    today.value = day(server(-MINUTE), 0, start.id);
    expect(shift.value).toBeNull();
  });
});

describe("a look at the day that was asked for", () => {
  let answer: ((day: Today) => void) | undefined;

  /** A server at which the worker is logged in, and which is slow to tell of the day. */
  function slowServer(): void {
    answer = undefined;
    const json = (body: unknown): Response =>
      new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
    vi.stubGlobal("fetch", (path: string) => {
      if (path === "/api/v1/me") return Promise.resolve(json({ ...OWNER, csrf: "x", must_change: false }));
      if (path !== "/api/v1/field/today") return Promise.reject(new TypeError("no signal"));
      return new Promise((tell) => {
        answer = (told) => tell(json(told));
      });
    });
  }

  test("before a shift was ended does not begin it again", async () => {
    slowServer();
    const start = shiftStart(OWNER, new Date(Date.now() - MINUTE));
    const end = shiftEnd(start.id, OWNER, new Date());
    await theOutbox().add([end]);
    const asked = refresh();
    await vi.waitFor(() => expect(answer).toBeDefined());
    await new Promise((go) => setTimeout(go, 5));
    await sent(end.id);
    answer?.(day(Date.now() - MINUTE, 0, start.id));
    await asked;
    expect(today.value?.shift?.id).toBe(start.id);
    expect(shift.value).toBeNull();
  });

  test("before its holder went is shown to nobody", async () => {
    slowServer();
    const asked = refresh();
    await vi.waitFor(() => expect(answer).toBeDefined());
    await handBack();
    answer?.(day(null));
    await asked;
    expect([holder.value, today.value]).toEqual([null, null]);
  });
});

describe("logging out", () => {
  test("is told to the other tabs, which show nobody's work from then on", async () => {
    const beside = new BroadcastChannel("gridgov-field");
    const heard: unknown[] = [];
    beside.onmessage = ({ data }) => heard.push(data);
    await handBack();
    await vi.waitFor(() => expect(heard).toContain("left"));
    [holder.value, today.value] = [OWNER, day(null)];
    beside.postMessage("left");
    await vi.waitFor(() => expect([holder.value, today.value]).toEqual([null, null]));
    beside.close();
  });
});

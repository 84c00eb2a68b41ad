/** The wall whose session ends: it goes on by itself once the same person is logged in again, and by nobody else. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { keepRight, resume } from "../src/command/keeping";
import { over } from "../src/command/state";
import { csrf } from "../src/shared/api";
import { enter, isBack } from "../src/shared/session";

let inside: { account_id: string; csrf: string } | null = { account_id: "ann", csrf: "old" };
let lines = 0;
let end = (): void => undefined;

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

/** A line that stays up until the server says that its session is over. */
function stream(): Response {
  lines += 1;
  return new Response(
    new ReadableStream<Uint8Array>({
      start: (line) => {
        end = () => line.enqueue(new TextEncoder().encode('event: end\ndata: {"reason":"not-logged-in"}\n\n'));
      },
    }),
  );
}

beforeAll(async () => {
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener: () => undefined });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("fetch", (path: string) => {
    if (!inside) return Promise.resolve(json({ type: "/problems/not-authenticated" }, 401));
    if (path === "/api/v1/events") return Promise.resolve(stream());
    return Promise.resolve(json({ ...inside, must_change: false, permissions: [], items: [], next: null }));
  });
  await enter();
  keepRight();
  await vi.waitFor(() => expect(lines).toBe(1));
});

afterAll(() => void vi.unstubAllGlobals());

it("is not interrupted where its person logged in anew before the old session was missed", async () => {
  inside = { account_id: "ann", csrf: "new" };
  end();
  await vi.waitFor(() => expect(lines).toBe(2));
  expect([over.value, csrf.value]).toEqual([false, "new"]);
});

it("says that it is over, waits for its own person, and listens again", async () => {
  inside = null;
  end();
  await vi.waitFor(() => expect(over.value).toBe(true));
  expect(await isBack()).toBe(false);
  inside = { account_id: "bob", csrf: "bobs" };
  expect(await isBack()).toBe(false);
  inside = { account_id: "ann", csrf: "newest" };
  expect(await isBack()).toBe(true);
  resume();
  await vi.waitFor(() => expect(lines).toBe(3));
  expect([over.value, csrf.value]).toEqual([false, "newest"]);
});

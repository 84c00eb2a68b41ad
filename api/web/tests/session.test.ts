/** Whoever logs in anew beside a page goes on in it; nobody else does, and nothing is asked more often than once more. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ask, csrf, Problem, send, SomebodyElse } from "../src/shared/api";
import { enter, loginAddress, me } from "../src/shared/session";
import { detailsOf, wordsOf } from "../src/shared/ui/problems";

const ANN = { account_id: "ann", must_change: false, permissions: [] };
const NAMES: Record<string, { name: string; login: string }> = {
  ann: { name: "安", login: "ann" },
  bob: { name: "鲍", login: "bob" },
};
/** Who is logged in as the server sees it, by which word, and what this page asked. */
let inside: { account_id: string; csrf: string } | null;
let forbidden: boolean;
let asked: string[];

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const refused = (status: number): Response => json({ type: "/problems/not-allowed", detail: "no" }, status);

beforeEach(async () => {
  [inside, forbidden, asked] = [{ account_id: "ann", csrf: "old" }, false, []];
  vi.stubGlobal("fetch", (path: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
    const word = headers["X-CSRF-Token"];
    asked.push([method, path, word].filter(Boolean).join(" "));
    if (!inside) return Promise.resolve(refused(401));
    if (method === "GET")
      return Promise.resolve(
        path === "/api/v1/me" ? json({ ...ANN, ...inside, ...NAMES[inside.account_id] }) : refused(403),
      );
    return Promise.resolve(word === inside.csrf && !forbidden ? json({ stored: true }) : refused(403));
  });
  await enter();
  asked = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  [csrf.value, me.value] = ["", null];
});

const post = (): Promise<unknown> => send("/api/v1/people", { name: "王芳" });

it("what is sent by an old word is sent once more by the new one", async () => {
  inside = { account_id: "ann", csrf: "new" };
  await expect(post()).resolves.toEqual({ stored: true });
  expect(asked).toEqual(["POST /api/v1/people old", "GET /api/v1/me", "POST /api/v1/people new"]);
  asked = [];
  await post();
  expect(asked).toEqual(["POST /api/v1/people new"]);
});

it("several that were sent at once all go on", async () => {
  inside = { account_id: "ann", csrf: "new" };
  await expect(Promise.all([post(), post(), post()])).resolves.toHaveLength(3);
});

it("what somebody may not do is not asked again", async () => {
  forbidden = true;
  await expect(post()).rejects.toMatchObject({ status: 403 });
  expect(asked).toEqual(["POST /api/v1/people old", "GET /api/v1/me"]);
});

it("what somebody may not do by the new word either is asked once more, and not for ever", async () => {
  inside = { account_id: "ann", csrf: "new" };
  forbidden = true;
  await expect(post()).rejects.toMatchObject({ status: 403 });
  expect(asked).toHaveLength(3);
});

it("nothing goes out by the session of somebody else", async () => {
  inside = { account_id: "bob", csrf: "bobs" };
  await expect(post()).rejects.toMatchObject({ status: 403 });
  expect(asked).toEqual(["POST /api/v1/people old", "GET /api/v1/me"]);
  expect(csrf.value).toBe("old");
});

it("whose session it is by now is said, and how one comes back in as oneself", async () => {
  inside = { account_id: "bob", csrf: "bobs" };
  const error: unknown = await post().catch((found: unknown) => found);
  expect(error).toBeInstanceOf(SomebodyElse);
  const words = wordsOf(error);
  expect(words.zh).toMatch(/现在登录的是鲍（bob）.*安（ann）打开的/);
  expect(words.en).toMatch(/鲍（bob） is logged in .* 安（ann）'s/);
  expect(detailsOf(error)).toEqual([]);
  vi.stubGlobal("location", { pathname: "/desk/people", search: "" });
  expect(loginAddress(true)).toBe("/login?next=%2Fdesk%2Fpeople&anew=true");
  forbidden = true;
  inside = { account_id: "ann", csrf: "old" };
  const own: unknown = await post().catch((found: unknown) => found);
  expect([own instanceof SomebodyElse, wordsOf(own).en]).toEqual([false, "No role of yours may do this."]);
});

it("while nobody is logged in the page keeps who it is of, and goes on once they are back", async () => {
  inside = null;
  await expect(post()).rejects.toMatchObject({ status: 401 });
  expect(me.value?.account_id).toBe("ann");
  inside = { account_id: "ann", csrf: "new" };
  await expect(post()).resolves.toEqual({ stored: true });
});

it("what is only read, or brings a word of its own, is not asked twice", async () => {
  inside = { account_id: "ann", csrf: "new" };
  await expect(ask("GET", "/api/v1/people")).rejects.toBeInstanceOf(Problem);
  await expect(ask("POST", "/api/v1/people", { headers: { "X-CSRF-Token": "old" } })).rejects.toBeInstanceOf(Problem);
  expect(asked).toHaveLength(2);
});

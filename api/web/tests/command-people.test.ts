/** People on the map are those of now. */
import { afterEach, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal("document", { documentElement: { dataset: {} }, visibilityState: "visible" });
const { followPeople, positions, purpose, refusal } = await import("../src/command/people");
const { moment, shown } = await import("../src/command/state");

afterEach(() => {
  [moment.value, shown.value, positions.value, refusal.value] = [null, [], [], null];
});

it("an answer that comes while the past is looked at shows nobody there", async () => {
  let comes = (): void => undefined;
  const waits = new Promise<void>((resolve) => (comes = resolve));
  const answer = JSON.stringify({ items: [{ lon: 117, lat: 36.6, at: "", accuracy_m: 8 }] });
  const fetched = vi.fn(() =>
    waits.then(() => new Response(answer, { headers: { "Content-Type": "application/json" } })),
  );
  vi.stubGlobal("fetch", fetched);
  purpose.value = "汛情";
  shown.value = [{ name: "people", opacity: 1 }];
  const stop = followPeople();
  moment.value = "2026-03-05T14:00:00+08:00";
  comes();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([fetched.mock.calls.length, positions.value]).toEqual([1, []]);
  moment.value = null;
  await vi.waitFor(() => expect(positions.value).toHaveLength(1));
  stop();
});

it("how strongly they are drawn, and what else is, is no reason for another look; a refusal takes them away", async () => {
  let answer = () =>
    new Response(JSON.stringify({ items: [{ lon: 117, lat: 36.6, at: "", accuracy_m: 8 }] }), JSON_TYPE);
  const fetched = vi.fn(() => Promise.resolve(answer()));
  vi.stubGlobal("fetch", fetched);
  purpose.value = "汛情";
  shown.value = [{ name: "people", opacity: 1 }];
  const stop = followPeople();
  await vi.waitFor(() => expect(positions.value).toHaveLength(1));
  for (const opacity of [0.9, 0.8, 0.7]) {
    shown.value = [
      { name: "streets", opacity },
      { name: "people", opacity },
    ];
  }
  expect(fetched).toHaveBeenCalledTimes(1);
  answer = () => new Response(JSON.stringify({ type: "/problems/not-allowed" }), { ...JSON_TYPE, status: 403 });
  purpose.value = "汛情，再看";
  await vi.waitFor(() => expect(refusal.value).not.toBeNull());
  expect(positions.value).toEqual([]);
  stop();
});

const JSON_TYPE = { headers: { "Content-Type": "application/json" } };

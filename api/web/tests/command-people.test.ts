/** People on the map are those of now. */
import { expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal("document", { documentElement: { dataset: {} }, visibilityState: "visible" });
const { followPeople, positions, purpose } = await import("../src/command/people");
const { moment, shown } = await import("../src/command/state");

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

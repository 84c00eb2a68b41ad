/** What did not get through: why, in words that are true, and what it becomes. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { Unreachable } from "../src/shared/api";
import { asNote, linesOf, whyOf, withShot } from "../src/field/mending";
import { fresh, type Item, type Kind, type Trouble } from "../src/field/outbox/items";
import { standingWords } from "../src/field/standing";
import { storedOf } from "../src/field/stored";
import { tongue } from "../src/shared/words";
import { draft, phoneOfEachTest, photoOf, report } from "./outbox-things";

const phone = phoneOfEachTest();
const trouble = (status: number, kind = "x", message = "Told."): Trouble => ({
  status,
  kind,
  message,
  details: [],
  faults: [],
});
const why = (kind: "evidence" | "report", found: Trouble): string =>
  whyOf({ ...fresh(draft(kind, "case"), 1), trouble: found }).zh;

describe("what did not get through", () => {
  test("says of a photo what became of it, and nothing that is not so", () => {
    expect(why("evidence", trouble(409, "upload-refused"))).toContain("不接受");
    expect(why("evidence", trouble(409))).not.toContain("已有");
    expect(why("report", trouble(409))).toContain("已有不同的内容");
    expect(why("evidence", trouble(0, "photo-lost"))).toContain("已不在这部手机上");
    expect(why("evidence", trouble(413))).toContain("太大");
  });

  test("says of what the rules forbid by now that somebody acted, and of what they forbid anyway that it is wrong", () => {
    const act = { ...fresh(draft("whistle_act", "w"), 1), trouble: trouble(422) };
    expect(whyOf({ ...act, state: "conflict" }).zh).toContain("别人已经办理");
    expect(whyOf({ ...act, state: "refused" }).zh).toContain("内容有误");
  });

  test("shows the server's sentences, each once, and no word of ours as if the server had said it", () => {
    const told = { ...trouble(422), faults: [{ field: "a", message: "Told." }] };
    expect(linesOf(told)).toEqual(["Told."]);
    expect(linesOf(trouble(409, "upload-refused", "refused"))).toEqual([]);
    expect(linesOf(trouble(0, "photo-lost"))).toEqual([]);
    expect(linesOf(trouble(413, "unknown", ""))).toEqual([]);
  });
});

describe("an act that is kept as a note", () => {
  afterEach(() => {
    tongue.value = "zh";
  });

  test("says so in the tongue of whoever wrote it", () => {
    const act = fresh(draft("case_act", "case", { more: { reason: "Still dark" } }), 1);
    act.request.path = "/api/v1/incidents/case/acts/send_back";
    const noted = (): unknown => asNote(act).request.body["text"];
    expect(noted()).toBe("事（未能提交）：Still dark");
    tongue.value = "en";
    expect(noted()).toBe("It (could not be submitted): Still dark");
    expect(asNote(act).request.path).toBe("/api/v1/incidents/case/acts/note");
  });
});

test("a photo that is too large goes on as another, and what names it names that", async () => {
  const outbox = await phone.outbox();
  const told = report();
  const { photo, picture } = photoOf(told);
  const act = draft("case_act", "case", { after: [photo.id], more: { evidence: [photo.id] } });
  await outbox.add([told, photo, act], [picture]);
  await outbox.begin(photo.id);
  await outbox.settle(photo.id, { is: "refused", trouble: trouble(413) });
  const shot = { name: "b.jpg", type: "image/jpeg", size: 2, sha256: "ff" };
  const bytes = new Uint8Array([4, 5]).buffer;
  await outbox.renew(photo.id, "next", (one) => withShot(one, shot), { id: "next", bytes, type: shot.type });
  const kept = await phone.outbox();
  const next = kept.one("next");
  expect(next?.request.body).toMatchObject({ id: "next", name: "b.jpg", media_type: "image/jpeg", size: 2 });
  expect([next?.state, next?.trouble]).toEqual(["waiting", undefined]);
  expect((await kept.picture("next"))?.bytes.byteLength).toBe(2);
  expect(await kept.picture(photo.id)).toBeUndefined();
  expect(kept.one(act.id)?.request.body["evidence"]).toEqual(["next"]);
});

describe("a finger that taps twice on sending it again", () => {
  const refuse = async (): Promise<{ id: string; outbox: Awaited<ReturnType<typeof phone.outbox>> }> => {
    const outbox = await phone.outbox();
    const told = report("井盖");
    await outbox.add([told]);
    await outbox.settle(told.id, { is: "refused", trouble: trouble(422) });
    return { id: told.id, outbox };
  };

  test("sends one", async () => {
    const { id, outbox } = await refuse();
    await Promise.all([outbox.renew(id, "first"), outbox.renew(id, "second")]);
    await outbox.renew(id, "third");
    expect(outbox.all().map((item) => item.id)).toEqual(["first"]);
    expect((await phone.outbox()).all().map((item) => item.id)).toEqual(["first"]);
  });

  test("sends one, though it lives in memory only", async () => {
    const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const { id, outbox } = await refuse();
    await Promise.all([outbox.renew(id, "first"), outbox.renew(id, "second")]);
    expect(full).toHaveBeenCalled();
    expect(outbox.all().map((item) => item.id)).toEqual(["first"]);
  });

  test("sends one from two tabs, and the second sees which", async () => {
    const { id, outbox } = await refuse();
    const there = await phone.outbox();
    await Promise.all([outbox.renew(id, "here"), there.renew(id, "there")]);
    expect((await phone.outbox()).all().map((item) => item.id)).toEqual(["here"]);
    expect(there.all().map((item) => item.id)).toEqual(["here"]);
  });
});

describe("what the server holds instead", () => {
  afterEach(() => vi.unstubAllGlobals());

  const item = (kind: Kind, chain: string, more = {}): Item => ({
    ...fresh(draft(kind, chain, { id: "id", more }), 1),
  });
  const stand: [string, Item, string, unknown][] = [
    ["a report", item("report", "case"), "/api/v1/incidents/case", { stage: "closed" }],
    ["an act", item("case_act", "case"), "/api/v1/incidents/case", { stage: "closed" }],
    [
      "a shift",
      item("shift", "duty"),
      "/api/v1/me/positions",
      {
        shifts: [
          { started_at: "x", ended_at: "y" },
          { stage: "closed", ended_at: null },
        ],
      },
    ],
    [
      "a patrol",
      item("patrol", "id", { cell_code: "370102001001001" }),
      "/api/v1/patrols?cell_code=370102001001001",
      { items: [{ id: "another" }, { id: "id", stage: "closed" }] },
    ],
  ];

  test.each(stand)("is read anew for %s", async (_, stuck, path, answer) => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (where: string) => {
      asked.push(where);
      return Promise.resolve(new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }));
    });
    expect(await storedOf(stuck)).toMatchObject({ stage: "closed" });
    expect(asked).toEqual([path]);
  });

  test("of a whistle is what it has come to for the one who acts", async () => {
    const summons = [
      { organisation_code: "A", name: "城管局", stage: "on_site", arrived_at: "2026-03-05T06:30:00Z" },
      { organisation_code: "B", name: "住建局", stage: "measured", arrived_at: null },
    ];
    const measures = [
      { organisation_code: "B", text: "先封路" },
      { organisation_code: "B", text: "已围挡" },
    ];
    vi.stubGlobal("fetch", (where: string) => {
      expect(where).toBe("/api/v1/whistles/whistle");
      const told = JSON.stringify({ stage: "blown", summons, measures });
      return Promise.resolve(new Response(told, { headers: { "Content-Type": "application/json" } }));
    });
    const words = async (kind: Kind, organisation_code: string): Promise<string[]> =>
      standingWords(await storedOf(item(kind, "whistle", { organisation_code }))).map(
        ([name, value]) => name.zh + value,
      );
    expect(await words("check_in", "A")).toEqual([
      "哨已吹哨",
      "单位城管局",
      "召集已到场",
      expect.stringContaining("到场"),
    ]);
    expect(await words("whistle_act", "B")).toEqual(["哨已吹哨", "单位住建局", "召集已报措施", "措施已围挡"]);
    expect(await words("whistle_act", "C")).toEqual([]);
  });

  test("of a case names who handles it, where the phone knows them", () => {
    const words = (stored: Record<string, unknown>): string[] =>
      standingWords(stored, (code) => (code === "A" ? "城管局" : undefined)).map(([, value]) => value);
    expect(words({ handling_organisation_code: "A" })).toEqual(["城管局"]);
    expect(words({ handling_organisation_code: "B" })).toEqual(["B"]);
  });

  test("is nothing where nothing can be read, and fails where nobody answers", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no signal")));
    expect(await storedOf(item("positions", "duty"))).toEqual({});
    await expect(storedOf(item("shift", "duty"))).rejects.toBeInstanceOf(Unreachable);
    const told = { ...trouble(409), details: [{ stored: { stage: "closed" } }] };
    expect(await storedOf({ ...item("case_act", "case"), trouble: told })).toEqual({ stage: "closed" });
  });
});

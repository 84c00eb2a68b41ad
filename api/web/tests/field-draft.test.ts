/** What is being written on a phone, as photos come late, tabs are many, and the browser cuts the way to the disk. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Found, patrol } from "../src/field/acts";
import { gathered, switchDuty } from "../src/field/duty";
import { changeKept, Filled, keepLoose } from "../src/field/kept";
import { looseWords } from "../src/field/loose";
import type { Pack, Today } from "../src/field/carried";
import { Outbox } from "../src/field/outbox/outbox";
import { takeReserve } from "../src/field/outbox/room";
import { diskFull, mine, pack, theDisk, theOutbox, today } from "../src/field/phone";
import { blank, type Shot, type Writing, writing } from "../src/field/report/draft";
import { reading, whileReading } from "../src/field/report/photos";
import { addPhotos, dropPhoto, leaveFinding, reportFinding, sendOff, takeUp, write } from "../src/field/report/writing";
import type { Walked } from "../src/field/walking";
import { uuid7 } from "../src/shared/uuid";
import { ME, report } from "./outbox-things";
import { cutTheWay, openedPhone } from "./opened-phone";

openedPhone();

const FINDING = { walk: "walk", item: "exits", words: { zh: "通道", en: "Exits" } };
const OF_PATROL = { matter: "1", text: "堵门" };

const photo = (): File => new File([new Uint8Array([1, 2, 3])], "a.jpg", { type: "image/jpeg" });
const pictures = async (): Promise<string[]> =>
  (await theDisk().use((database) => database.getAllKeys("blobs"))).filter((id) => !id.includes("reserve"));
const drafts = IDBKeyRange.bound(`draft:${ME}`, `draft:${ME};`);
const draftsKept = (): Promise<Writing[]> =>
  theDisk().use((database) => database.getAll("kept", drafts) as Promise<Writing[]>);
/** As another tab keeps what it has begun. */
const keepBeside = (other: Writing): Promise<void> => theDisk().keep(`draft:${ME}:${other.id}`, other);

beforeEach(async () => {
  writing.value = blank();
  await theDisk().use((database) => database.delete("kept", drafts));
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a photo that comes late", () => {
  test("belongs to what was written when it was taken, though something else is written by now", async () => {
    const first = writing.value.id;
    const late = whileReading(() => addPhotos([photo()]));
    reportFinding(FINDING, OF_PATROL);
    await late;
    expect(writing.value.shots).toEqual([]);
    await leaveFinding();
    expect(writing.value.id).toBe(first);
    expect(writing.value.shots).toHaveLength(1);
  });

  test("is no photo of the next report, and takes no room, once its own is given up", async () => {
    reportFinding(FINDING, OF_PATROL);
    const before = await pictures();
    const late = addPhotos([photo()]);
    await leaveFinding();
    await late;
    expect(writing.value.shots).toEqual([]);
    expect(await pictures()).toEqual(before);
  });

  test("is waited for, and no longer when it cannot be read", async () => {
    const late = whileReading(() => addPhotos([photo()]));
    expect(reading.value).toBe(1);
    await late;
    expect(reading.value).toBe(0);
    const broken = whileReading(() => Promise.reject(new Error("The camera's folder is gone.")));
    await expect(broken).rejects.toThrow();
    expect(reading.value).toBe(0);
  });

  test("leaves the words of an act that were typed meanwhile, and finds the act when it was opened anew", async () => {
    const opened = new Filled("act:1", { words: "", shots: [] as Partial<Shot>[] });
    const close = opened.show();
    const come = (id: string): void => opened.change((now) => ({ ...now, shots: [...now.shots, { id }] }));
    opened.change((now) => ({ ...now, words: "现场" }));
    come("one");
    expect(opened.value.value).toEqual({ words: "现场", shots: [{ id: "one" }] });
    close();
    const again = new Filled("act:1", { words: "", shots: [] as Partial<Shot>[] });
    again.show();
    await vi.waitFor(() => expect(again.value.value.words).toBe("现场"));
    again.change((now) => ({ ...now, words: "现场已清" }));
    come("two");
    const all = { words: "现场已清", shots: [{ id: "one" }, { id: "two" }] };
    expect(again.value.value).toEqual(all);
    await vi.waitFor(async () => expect(await theDisk().kept("act:1")).toEqual(all));
  });
});

describe("a way to the disk that was cut", () => {
  test("is opened anew for the report that is being written", async () => {
    const end = await takeUp(ME);
    cutTheWay();
    write({ text: "断开之后写的" });
    await vi.waitFor(async () => expect(await draftsKept()).toMatchObject([{ text: "断开之后写的" }]));
    end();
  });

  test("is opened anew for what an act or a walk is filled in with, on the screen or off it", async () => {
    const end = new Filled("walk:1", { note: "" }).show();
    cutTheWay();
    await changeKept<{ note: string }>("walk:1", () => ({ note: "一" }));
    await vi.waitFor(async () => expect(await theDisk().kept("walk:1")).toEqual({ note: "一" }));
    end();
    cutTheWay();
    await changeKept<{ note: string }>("walk:1", ({ note }) => ({ note: `${note}二` }));
    expect(await theDisk().kept("walk:1")).toEqual({ note: "一二" });
  });
});

describe("two tabs", () => {
  const GPS = { kind: "point", lon: 117, lat: 36, accuracyM: 9, by: "gps" } as const;

  test("the one in which nothing is written forgets nothing of what the other writes", async () => {
    const end = await takeUp(ME);
    const other: Writing = { ...blank(), text: "另一页写的" };
    await keepBeside(other);
    write({ place: GPS });
    await theDisk().kept("anything");
    expect(await draftsKept()).toEqual([other]);
    end();
  });

  test("neither writes over what the other has begun, and what was sent here alone is forgotten", async () => {
    const end = await takeUp(ME);
    write({ text: "这页写的" });
    const other: Writing = { ...blank(), text: "另一页写的" };
    await keepBeside(other);
    write({ text: "这页又写" });
    await vi.waitFor(async () =>
      expect((await draftsKept()).map(({ text }) => text).sort()).toEqual(["另一页写的", "这页又写"]),
    );
    writing.value = blank();
    await vi.waitFor(async () => expect(await draftsKept()).toEqual([other]));
    end();
  });

  test("what the other has sent off is shown no longer, nor kept, and what waited behind it is there again", async () => {
    const end = await takeUp(ME);
    write({ text: "等在后面的" });
    reportFinding(FINDING, OF_PATROL);
    const { id } = writing.value;
    await vi.waitFor(async () => expect(await draftsKept()).toHaveLength(2));
    const there = await Outbox.open(theDisk());
    await there.add([{ ...report("堵门"), id, chain: id }]);
    write({ place: GPS });
    await theOutbox().reload();
    expect(writing.value).toMatchObject({ text: "等在后面的" });
    expect(writing.value.before).toBeUndefined();
    await vi.waitFor(async () => expect(await draftsKept()).toMatchObject([{ text: "等在后面的" }]));
    end();
  });

  test("what was sent off while this one slept, and has left the outbox since, is known by the server's list", async () => {
    const end = await takeUp(ME);
    write({ text: "早已送达" });
    const { id } = writing.value;
    today.value = { reports: [{ incident_id: id }] } as Today;
    expect(writing.value.text).toBe("");
    await vi.waitFor(async () => expect(await draftsKept()).toEqual([]));
    today.value = null;
    end();
  });
});

test("what a page of before kept one behind the other is taken up, and has a name for each from then on", async () => {
  const before: Writing = { ...blank(), id: uuid7(1), text: "先写的" };
  const finding: Writing = { ...blank(), id: uuid7(2), text: "巡查发现", finding: FINDING };
  await theDisk().keep(`draft:${ME}`, { ...finding, before });
  const end = await takeUp(ME);
  expect(writing.value).toEqual({ ...finding, before });
  expect(await draftsKept()).toEqual([before, finding]);
  expect(await theDisk().kept(`draft:${ME}`)).toBeUndefined();
  end();
});

describe("a phone that is full", () => {
  /** Refuses whatever is put into one of its stores. */
  function fill(name: string): void {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the store that it is asked of
    const { put } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (this.name === name) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, given);
    });
  }

  test("says so while the photo of a report that is being written lives in memory only", async () => {
    fill("blobs");
    await addPhotos([photo()]);
    expect(diskFull.value).toBe(true);
    await dropPhoto(writing.value.shots[0]?.id ?? "");
    expect(diskFull.value).toBe(false);
  });

  test("says so while words that are being written live in this page only, and keeps them once there is room", async () => {
    const end = await takeUp(ME);
    fill("kept");
    write({ text: "只在本页" });
    await vi.waitFor(() => expect(diskFull.value).toBe(true));
    write({ text: "只在本页，又写" });
    await vi.waitFor(() => expect([...looseWords.value.values()]).toMatchObject([{ text: "只在本页，又写" }]));
    end();
    writing.value = blank();
    // As after a login beside this page.
    const again = await takeUp(ME);
    expect(writing.value.text).toBe("只在本页，又写");
    vi.restoreAllMocks();
    await vi.waitFor(async () => {
      await keepLoose();
      expect(diskFull.value).toBe(false);
    });
    expect(await draftsKept()).toMatchObject([{ text: "只在本页，又写" }]);
    again();
  });

  test("gives the room that was kept for this day to words, and says so no more of what was given up", async () => {
    await takeReserve(theDisk());
    const full = new Set(["kept"]);
    let roomIsMade = true;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the store that they are asked of
    const { put, delete: drop } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (full.has(this.name)) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, given);
    });
    vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (this: IDBObjectStore, key) {
      if (key === "reserve" && roomIsMade) full.clear();
      return drop.call(this, key);
    });
    const act = new Filled("act:3", { words: "" });
    const close = act.show();
    act.change({ words: "现" });
    act.change({ words: "现场" });
    await vi.waitFor(async () => expect(await theDisk().kept("act:3")).toEqual({ words: "现场" }));
    expect(diskFull.value).toBe(false);
    roomIsMade = false;
    full.add("kept").add("blobs");
    act.change({ words: "现场已清" });
    await vi.waitFor(() => expect(diskFull.value).toBe(true));
    close();
    const opened = new Filled("act:3", { words: "" });
    opened.show();
    await vi.waitFor(() => expect(opened.value.value.words).toBe("现场已清"));
    await opened.forget();
    expect(diskFull.value).toBe(false);
  });

  test("keeps what was written until what it became is on the disk", async () => {
    pack.value = { matters: { version: 1, items: [{ code: "1", name: "井盖" }] } } as Pack;
    const end = await takeUp(ME);
    write({ matter: "1", text: "只在内存", address: "解放路 1 号" });
    const { id } = writing.value;
    await vi.waitFor(async () => expect(await draftsKept()).toHaveLength(1));
    fill("outbox");
    expect(await sendOff()).toBe(false);
    expect(writing.value.text).toBe("");
    await theDisk().kept("anything");
    expect((await draftsKept()).map((one) => one.id)).toEqual([id]);
    vi.restoreAllMocks();
    expect(await theOutbox().save()).toBe(true);
    await vi.waitFor(async () => expect(await draftsKept()).toEqual([]));
    end();
  });

  test("keeps what an act was filled in with as long, and shows it as sent", async () => {
    const act = new Filled("act:2", { words: "" });
    act.change({ words: "现场已清" });
    fill("outbox");
    await theOutbox().add([report("只在内存")]);
    const forgotten = act.forget();
    await theDisk().kept("anything");
    expect(await theDisk().kept("act:2")).toEqual({ words: "现场已清" });
    const again = new Filled("act:2", { words: "" });
    const close = again.show();
    await theDisk().kept("anything");
    expect(again.value.value.words).toBe("");
    close();
    vi.restoreAllMocks();
    await theOutbox().save();
    await forgotten;
    expect(await theDisk().kept("act:2")).toBeUndefined();
  });
});

test("positions that find no way into the outbox stay gathered, and go with the next", async () => {
  await switchDuty(true);
  const one = { lon: 117, lat: 36, accuracyM: 9, at: Date.now() };
  gathered.value = [one];
  const cut = vi.spyOn(theOutbox(), "add").mockRejectedValue(new DOMException("cut", "InvalidStateError"));
  await expect(switchDuty(false)).rejects.toThrow();
  expect(gathered.value).toEqual([one]);
  cut.mockRestore();
  await switchDuty(false);
  expect(gathered.value).toEqual([]);
  const kinds = mine.value.map(({ kind }) => kind).filter((kind) => kind !== "report");
  expect(kinds).toEqual(["shift", "positions", "shift"]);
});

describe("a finding whose report did not arrive", () => {
  const WALK = `patrol:fire:c:${ME}`;
  const walk = (incident: string): Walked => {
    return { startedAt: "t", found: { exits: { answer: "found", note: "堵门", incident } } };
  };
  const named = async (): Promise<Found | undefined> => (await theDisk().kept<Walked>(WALK))?.found["exits"];

  /** Reports a finding, walks on, and sends the patrol off; returns the ids of both. */
  async function walked(): Promise<{ incident: string; round: string }> {
    const told = report("堵门");
    await theDisk().keep(WALK, walk(told.id));
    const { found } = walk(told.id);
    const items = [{ code: "exits", zh: "", en: "", matter: null }];
    const checklist = { code: "fire", version: 1, name_zh: "消防", name_en: "Fire", items };
    const owner = { account_id: ME, login: "worker", name: "网格员", permissions: [] };
    const round = patrol({ checklist, cell: "c", startedAt: "t", found }, owner, new Date());
    await theOutbox().add([told, round]);
    return { incident: told.id, round: round.id };
  }
  const answers = (round: string): unknown => theOutbox().one(round)?.request.body["answers"];

  test("is unreported again in the walk and in the patrol that waits, once it is taken back", async () => {
    const end = await takeUp(ME);
    const { incident, round } = await walked();
    expect(answers(round)).toEqual([{ item: "exits", answer: "found", note: "堵门", incident_id: incident }]);
    await theOutbox().withdraw(incident);
    await vi.waitFor(async () => expect(await named()).toEqual({ answer: "found", note: "堵门" }));
    expect(answers(round)).toEqual([{ item: "exits", answer: "found", note: "堵门" }]);
    end();
  });

  test("names the report by the id under which it goes again", async () => {
    const end = await takeUp(ME);
    const { incident, round } = await walked();
    await theOutbox().renew(incident, "again");
    await vi.waitFor(async () => expect((await named())?.incident).toBe("again"));
    expect(answers(round)).toMatchObject([{ incident_id: "again" }]);
    end();
  });

  test("stays named in a patrol that went out, which must not change its words, and of a report that is only swept", async () => {
    const end = await takeUp(ME);
    const { incident, round } = await walked();
    await theOutbox().begin(round);
    const before = answers(round);
    await theOutbox().withdraw(incident);
    expect(answers(round)).toEqual(before);
    const sent = await walked();
    await theOutbox().begin(sent.incident);
    await theOutbox().settle(sent.incident, { is: "done", answer: {} });
    await theOutbox().discard(sent.incident);
    expect(answers(sent.round)).toMatchObject([{ incident_id: sent.incident }]);
    expect((await named())?.incident).toBe(sent.incident);
    end();
  });
});

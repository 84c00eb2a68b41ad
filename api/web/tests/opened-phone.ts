/** The phone's own state as a page opens it, without a page around it: nobody answers, and its holder is known. */
import { afterAll, beforeAll, vi } from "vitest";
import { dropDatabase } from "../src/field/outbox/database";
import { Disk } from "../src/field/outbox/disk";
import { open, theDisk } from "../src/field/phone";
import { ME } from "./outbox-things";

/** Opens the phone once for the tests of a file. Returns what stands for its window, on which events may happen. */
export function openedPhone(): EventTarget {
  const outside = new EventTarget();
  beforeAll(async () => {
    vi.stubGlobal("addEventListener", outside.addEventListener.bind(outside));
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "hidden" }));
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no signal")));
    const disk = await Disk.open();
    await disk.keep("holder", { account_id: ME, login: "worker", name: "网格员", permissions: [] });
    disk.close();
    await open();
  });
  afterAll(async () => {
    theDisk().close();
    await dropDatabase();
    vi.unstubAllGlobals();
  });
  return outside;
}

/** As browsers do to pages in the background. */
export function cutTheWay(): void {
  theDisk().now.close();
}

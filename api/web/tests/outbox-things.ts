/** A phone for each test, and reports and photos as tests put them into its outbox. */
import { afterEach, beforeEach, vi } from "vitest";
import { uuid7 } from "../src/shared/uuid";
import { dropDatabase, type Picture } from "../src/field/outbox/database";
import { Disk } from "../src/field/outbox/disk";
import type { Draft, Kind, Outcome } from "../src/field/outbox/items";
import { Outbox } from "../src/field/outbox/outbox";
import { type Attempt, Sender } from "../src/field/outbox/sender";

export const ME = "account-1";

class Phone {
  name!: string;
  disk!: Disk;

  /** The outbox as a page of its own would open it. */
  outbox(): Promise<Outbox> {
    return Outbox.open(this.disk);
  }

  sender(outbox: Outbox, carry: Attempt, now = Date.now): Sender {
    return new Sender(outbox, this.disk, carry, { account: () => ME, now, random: () => 0 });
  }
}

/** A phone whose disk is new to each test of a file, and gone after it, as is all that the test spied on or stubbed. */
export function phoneOfEachTest(): Phone {
  const phone = new Phone();
  beforeEach(async () => {
    phone.name = `test-${uuid7()}`;
    phone.disk = await Disk.open(phone.name);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    phone.disk.close();
    await dropDatabase(phone.name);
  });
  return phone;
}

export const done = (): Promise<Outcome> => Promise.resolve({ is: "done", answer: {} });

export function draft(kind: Kind, chain: string, { after = [] as string[], id = uuid7(), more = {} } = {}): Draft {
  const request = { method: "POST" as const, path: "/api/v1/incidents", body: { id, ...more } };
  return {
    id,
    account: ME,
    kind,
    chain,
    after,
    madeAt: "2026-01-01T00:00:00Z",
    label: { zh: "事", en: "It" },
    request,
  };
}

export function report(text = ""): Draft {
  const id = uuid7();
  return draft("report", id, { id, more: { text, reported_at: "2026-01-01T00:00:00.000Z" } });
}

export function photoOf({ id }: Draft): { photo: Draft; picture: Picture } {
  const photo = draft("evidence", id, { after: [id] });
  return { photo, picture: { id: photo.id, bytes: new Uint8Array([1, 2, 3]).buffer, type: "image/jpeg" } };
}

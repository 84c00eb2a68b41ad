/** Reports and photos as tests put them into the outbox. */
import { uuid7 } from "../src/shared/uuid";
import type { Picture } from "../src/field/outbox/database";
import type { Draft, Kind } from "../src/field/outbox/items";

export const ME = "account-1";

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

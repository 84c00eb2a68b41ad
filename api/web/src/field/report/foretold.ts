/** What the server says would become of a report; nothing is stored there. */
import { send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { type Place, positionOf } from "./draft";

export type Foretold = components["schemas"]["ForetoldOut"];

export async function foretold(place: Place, matter: string | null, stop: AbortSignal): Promise<Foretold> {
  return await send<Foretold>("/api/v1/places", { position: positionOf(place), matter }, { signal: stop });
}

/** The rows of the registers, as the API answers them. */
import type { paths } from "../../shared/schema";

type Read<Path extends "/api/v1/people/{person_id}" | "/api/v1/people" | "/api/v1/duties" | "/api/v1/organisations"> =
  paths[Path]["get"]["responses"][200]["content"]["application/json"];

export type PersonRow = Read<"/api/v1/people">["items"][number];
export type PersonOut = Read<"/api/v1/people/{person_id}">;
export type Duty = Read<"/api/v1/duties">["items"][number];
export type Organisation = Read<"/api/v1/organisations">["items"][number];

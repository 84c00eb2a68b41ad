/** Who may blow which whistle, by the rule that the server judges it by. */
import { me, permissions } from "../shared/session";
import { type Incident, type Kind, kinds, matters } from "./state";

const BY_ROLE: Record<string, string> = {
  street_officer: "street",
  community_officer: "community",
  lane_chief: "lane_chief",
  command_centre: "district",
};
const BY_DIGITS: Record<number, string> = { 9: "street", 12: "community", 15: "lane_chief" };

/** At which level a grant blows: by its role; a role of the district's own goes by its area. */
function levelOf({ role, area_code: area }: { role: string; area_code: string }): string {
  return BY_ROLE[role] ?? BY_DIGITS[area.length] ?? "district";
}

const ENDED = new Set(["closed", "rejected", "merged"]);

/** The kinds that this person may blow over this case. */
export function kindsFor(incident: Incident): readonly Kind[] {
  const cell = incident.cell_code;
  if (!permissions.value.has("whistle.blow") || !cell || ENDED.has(incident.stage)) return [];
  if (!matters.value.get(incident.matter_code ?? "")?.whistle_kind) return [];
  const levels = (me.value?.grants ?? [])
    .filter((grant) => grant.permissions.includes("whistle.blow") && cell.startsWith(grant.area_code))
    .map(levelOf);
  return kinds.value.filter((kind) => !kind.retired && kind.issuers.some((level) => levels.includes(level)));
}

/** What may be done now, as buttons and letters both offer it: upon whom, for which side, and what must be said. */
import { answerersOf } from "./answerers";
import { type Act, type Asked, CASE_ACTS, missingOf, type Values, WHISTLE_ACTS } from "./acts";
import type { Held, Story } from "./chosen";

/** Upon which organisation and for which side an act can be done, and whether that wants a reason. */
export interface Spot {
  organisation_code: string | null;
  street_code: string | null;
  reason: boolean;
}

export interface Possible {
  act: Act;
  possible: boolean;
  whyNot: string | null;
  /** What is filled in already. */
  values: Record<string, string>;
  /** Where it can be done, of acts that can be done in several places; none of the others. */
  spots: readonly Spot[];
  /** Whether one click does it, if nothing more must be said. */
  atOnce: boolean;
}

/** The names of acts in the lifecycle, where the last part of their address is another. */
const ADDRESSES: Record<string, string> = {
  choose_lead: "lead",
  choose_summons: "summons",
  check_in: "check-in",
  file_measure: "measures",
};

/** The organisations that a case is likely given to: its lead by the list first. */
export function likelyFor({ incident }: Pick<Story, "incident">): string[] {
  const { lead, cooperating } = answerersOf(incident.matter_code, incident.cell_code);
  const codes = [lead, incident.lead_organisation_code, ...cooperating];
  return [...new Set(codes.filter((code) => code !== null))];
}

export function caseActs(story: Story): Possible[] {
  const [first] = likelyFor(story);
  return story.acts.flatMap(({ act: name, possible, why_not: whyNot }): Possible[] => {
    const act = CASE_ACTS.find((one) => one.name === name);
    if (!act) return [];
    const values: Record<string, string> = name === "dispatch" && first ? { organisation_code: first } : {};
    return [{ act, possible, whyNot, values, spots: [], atOnce: true }];
  });
}

/** One for each act, however many sides or organisations it can be done for; what can be told of nobody is left out. */
export function whistleActs({ whistle, acts }: Pick<Held, "whistle" | "acts">): Possible[] {
  const stages = new Map(whistle.summons.map((one) => [one.organisation_code, one.stage]));
  return WHISTLE_ACTS.flatMap((act): Possible[] => {
    // One street alone has nobody to agree with about the lead.
    if (act.name === "lead" && whistle.sides.length < 2) return [];
    const found = (acts ?? []).filter((one) => (ADDRESSES[one.act] ?? one.act) === act.name);
    const [any] = found;
    if (!any) return [];
    const spots = found
      .filter(({ possible }) => possible)
      .map(({ organisation_code, street_code, in_stead }) => ({
        organisation_code,
        street_code,
        // In a side's stead a reason is wanted, and where somebody is let go who never said what they did.
        reason: in_stead || (act.name === "release" && stages.get(organisation_code ?? "") === "on_site"),
      }));
    const values: Record<string, string> = act.name === "summons" ? { by_list: "yes" } : {};
    const [only, other] = spots;
    const atOnce = only !== undefined && !other && !only.reason && !act.grave && !wantsForm(act);
    return [
      { act, possible: only !== undefined, whyNot: any.why_not, values: settled(act, spots, values), spots, atOnce },
    ];
  });
}

/** Where somebody is must be found out first, and who is to come be thought about. */
const wantsForm = (act: Act): boolean => act.asked.some(({ kind }) => kind === "position" || kind === "organisations");

/** The choices that are left for an organisation or a side, given what is chosen already. */
export function choicesOf(spots: readonly Spot[], name: string, values: Values): string[] {
  const fitting = name === "street_code" ? spots.filter((spot) => fits(spot, values, "organisation_code")) : spots;
  const codes = fitting.map((spot) => (name === "street_code" ? spot.street_code : spot.organisation_code));
  return [...new Set(codes.filter((code) => code !== null))];
}

/** The values with every choice made that is none. */
export function settled(act: Act, spots: readonly Spot[], values: Values): Record<string, string> {
  const made = { ...values };
  if (spots.length === 0) return made;
  for (const name of ["organisation_code", "street_code"]) {
    if (!act.asked.some((one) => one.name === name)) continue;
    const choices = choicesOf(spots, name, made);
    const [only, other] = choices;
    if (only && !other) made[name] = only;
    else if (made[name] && !choices.includes(made[name])) made[name] = "";
  }
  return made;
}

/** What an act asks here and now: a side only where there is a choice, a reason where one is wanted. */
export function askedOf(act: Act, spots: readonly Spot[], values: Values): Asked[] {
  const wantsReason = spots.some((spot) => spot.reason && fits(spot, values, "organisation_code", "street_code"));
  return act.asked.map((one) => {
    if (one.name === "street_code") return { ...one, required: choicesOf(spots, "street_code", values).length > 1 };
    if (one.name !== "reason") return one;
    return { ...one, required: one.required || wantsReason || (act.name === "summons" && differs(values)) };
  });
}

/** Whether others are to come than the list names. */
export const differs = (values: Values): boolean =>
  values.by_list !== "yes" || Boolean(values.organisations) || Boolean(values.teams);

export function lackingOf(act: Act, spots: readonly Spot[], values: Values): string[] {
  return missingOf({ ...act, asked: askedOf(act, spots, values) }, values);
}

type Place = "organisation_code" | "street_code";

function fits(spot: Spot, values: Values, ...places: readonly Place[]): boolean {
  return places.every((place) => !values[place] || spot[place] === null || spot[place] === values[place]);
}

/** The case or the whistle that somebody looks at, with everything that hangs on it. */
import { signal } from "@preact/signals";
import { ask, Problem, read } from "../shared/api";
import { learnAnswerers } from "./answerers";
import { asOf, ofMoment } from "./load";
import {
  type CaseAct,
  chosen,
  type Evidence,
  type Fact,
  type Incident,
  learnNames,
  past,
  type Schemas,
  type Whistle,
} from "./state";

export type WhistleAct = Schemas["WhistleProspectOut"];
type Prospect = Schemas["ProspectOut"];

export interface Held {
  whistle: Whistle;
  etag: string | null;
  acts: readonly WhistleAct[] | null;
}

export interface Story {
  incident: Incident;
  /** The revision that acts are decided upon. */
  etag: string | null;
  acts: readonly CaseAct[];
  /** Which kinds of whistle may be blown over it, that which the list names first. */
  whistleKinds: readonly string[];
  facts: readonly Fact[];
  evidence: readonly Evidence[];
  whistles: readonly Held[];
}

export const story = signal<Story | null>(null);
/** Why there is nothing to show. */
export const missing = signal<unknown>(null);

/** Fetches what is chosen, and who answers for it; an answer that somebody no longer waits for is dropped. */
export async function loadChosen(): Promise<void> {
  const wanted = chosen.value;
  await ofMoment(
    "chosen",
    async (moment): Promise<Found> => {
      if (!wanted) return NOTHING;
      try {
        const id = wanted.kind === "case" ? wanted.id : await caseOf(wanted.id, moment);
        return { story: await storyOf(id, moment), missing: null };
      } catch (error) {
        // Not to be seen, or not there yet: that is an answer; all else is tried again.
        if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 403)) throw error;
        return { story: null, missing: error };
      }
    },
    (found) => {
      if (chosen.value !== wanted) return;
      story.value = found.story;
      missing.value = found.missing;
    },
  );
  const incident = story.value?.incident;
  if (incident && !past.value) await learnAnswerers(incident.matter_code, incident.cell_code);
}

interface Found {
  story: Story | null;
  missing: unknown;
}
const NOTHING: Found = { story: null, missing: null };

async function caseOf(whistle: string, moment: string | null): Promise<string> {
  return (await read<Whistle>(asOf(`/api/v1/whistles/${whistle}`, moment))).incident_id;
}

async function storyOf(id: string, moment: string | null): Promise<Story> {
  const root = `/api/v1/incidents/${id}`;
  const [incident, acts, facts, evidence] = await Promise.all([
    ask<Incident>("GET", asOf(root, moment)),
    moment ? null : actsOf(root),
    read<{ items: Fact[] }>(asOf(`${root}/facts`, moment)),
    read<{ items: Evidence[] }>(`${root}/evidence`),
  ]);
  const whistles = await Promise.all(incident.value.whistles.map((one) => heldOf(one, moment)));
  const known = new Set<unknown>(facts.items.map((fact) => fact.payload.evidence_id));
  return {
    incident: incident.value,
    etag: incident.etag,
    acts: acts?.acts ?? [],
    whistleKinds: acts?.whistle_kinds ?? [],
    facts: facts.items,
    evidence: moment ? evidence.items.filter((one) => known.has(one.id)) : evidence.items,
    whistles: whistles.filter((held) => held !== null),
  };
}

async function actsOf(root: string): Promise<Prospect | null> {
  try {
    return await read<Prospect>(`${root}/acts`);
  } catch (error) {
    // Whoever may only look is told so.
    if (error instanceof Problem && error.status === 403) return null;
    throw error;
  }
}

async function heldOf(id: string, moment: string | null): Promise<Held | null> {
  const root = `/api/v1/whistles/${id}`;
  try {
    const [found, acts] = await Promise.all([
      ask<Whistle>("GET", asOf(root, moment)),
      moment ? null : whistleActsOf(root),
    ]);
    const { value: whistle, etag } = found;
    learnNames(whistle.sides.map((side) => [side.street_code, side.street_name]));
    learnNames(whistle.summons.map((one) => [one.organisation_code, one.name]));
    return { whistle, etag, acts };
  } catch (error) {
    // As of a moment of the past it was not drafted yet.
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

async function whistleActsOf(root: string): Promise<WhistleAct[] | null> {
  try {
    return (await read<{ acts: WhistleAct[] }>(`${root}/acts`)).acts;
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null;
    throw error;
  }
}

/** The ids whose changes concern what is shown. */
export function shownIds(): Set<string> {
  const found = new Set<string>();
  if (chosen.value) found.add(chosen.value.id);
  if (story.value) found.add(story.value.incident.id);
  for (const { whistle } of story.value?.whistles ?? []) found.add(whistle.id);
  return found;
}

/** What a whistle's rows say together: what is due next, who has come. */

interface Side {
  confirm_due_at: string | null;
  confirmed_at: string | null;
  closed_at: string | null;
}
interface Summons {
  due_at: string | null;
  arrived_at: string | null;
  measure_due_at: string | null;
  measured_at: string | null;
  stage: string;
}
export interface Standing {
  stage: string;
  sides: readonly Side[];
  summons: readonly Summons[];
  close_due_at: string | null;
}

const GONE = new Set(["released", "excused", "left", "rated"]);

/** The earliest of what is still to be done: confirm, come, file a measure, close. */
export function nextDue(row: Standing): string | null {
  if (row.stage === "closed" || row.stage === "withdrawn") return null;
  const dues: (string | null)[] = [];
  if (row.stage === "drafted")
    dues.push(...row.sides.filter((side) => !side.confirmed_at).map((side) => side.confirm_due_at));
  else {
    for (const one of row.summons) {
      if (GONE.has(one.stage)) continue;
      if (!one.arrived_at) dues.push(one.due_at);
      else if (!one.measured_at) dues.push(one.measure_due_at);
    }
    dues.push(row.close_due_at);
  }
  const left = dues.filter((due): due is string => due !== null);
  return left.reduce<string | null>(
    (first, due) => (first === null || Date.parse(due) < Date.parse(first) ? due : first),
    null,
  );
}

/** How many have come, and of how many. */
export function arrivedOf(row: { summons: readonly { arrived_at: string | null; stage: string }[] }): [number, number] {
  const wanted = row.summons.filter((one) => one.stage !== "excused");
  return [wanted.filter((one) => one.arrived_at !== null).length, wanted.length];
}

const FREE = new Set(["released", "excused", "rated", "withdrawn"]);

interface Called {
  summons: readonly { organisation_code: string; stage: string }[];
  releases: readonly { organisation_code: string; street_code: string }[];
}

/** Whom a side has not let go yet. */
export function heldBy(whistle: Called, street: string): string[] {
  const mine = whistle.releases.filter((one) => one.street_code === street);
  const letGo = new Set(mine.map((one) => one.organisation_code));
  return whistle.summons
    .filter((one) => !FREE.has(one.stage) && !letGo.has(one.organisation_code))
    .map((one) => one.organisation_code);
}

/** Whether it is still being answered. */
export const isOpen = ({ stage }: { stage: string }): boolean => stage !== "closed" && stage !== "withdrawn";

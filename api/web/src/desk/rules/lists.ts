/** The responsibility list as it is worked on: how one list differs from another. */
import type { components } from "../../shared/schema";
import { type Difference, differences } from "../differences";

export type Matter = components["schemas"]["MatterOut"];
export type MatterList = components["schemas"]["ListOut"];

export interface MatterChange {
  code: string;
  name: string;
  kind: "added" | "changed" | "removed";
  fields: Difference[];
}

/** What is different in a new list, by matter, in the order of their codes. */
export function listChanges(before: readonly Matter[], after: readonly Matter[]): MatterChange[] {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((matter) => [matter.code, matter])));
  const codes = [...new Set([...before, ...after].map((matter) => matter.code))].sort();
  return codes.flatMap((code): MatterChange[] => {
    const [was, is] = [old?.get(code), fresh?.get(code)];
    if (was && !is) return [{ code, name: was.name, kind: "removed", fields: [] }];
    if (!was && is) return [{ code, name: is.name, kind: "added", fields: [] }];
    if (!was || !is) return [];
    const fields = differences({ ...was }, { ...is });
    return fields.length ? [{ code, name: is.name, kind: "changed", fields }] : [];
  });
}

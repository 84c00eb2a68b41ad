/** Where a suspected problem lies, in words. */
import { areaName } from "../areas";
import type { Proposal } from "./proposals_known";

/** The street's name, with the code of the cell where it is one. */
export function where({ area_code }: Proposal): string {
  const street = areaName(area_code.slice(0, 9));
  return area_code.length > 9 ? `${street.replace(/（\d+）$/, "")} ${area_code}` : street;
}

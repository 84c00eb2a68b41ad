/** Marks that would lie over each other: the more urgent one is shown, and says how many lie under it. */

/** A mark of the map: where its foot stands, in pixels. Sorted from the most urgent. */
export interface Spot {
  id: string;
  x: number;
  y: number;
}

export interface Fit {
  /** With its words, or its sign alone. */
  as: "full" | "sign";
  /** The marks that lie under it. */
  under: string[];
}

/** In pixels, as the style has them. */
export const FULL_WIDTH = 118;
export const SIGN_WIDTH = 38;
export const MARK_HEIGHT = 36;
/** So much of two signs may lie over each other and both still be read and be hit. */
const LEEWAY = 6;

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * Returns how each mark that is shown is drawn. First every mark that finds room gets its sign, in order of urgency;
 * then those get their words, in the same order, for whom there is room beside all the others.
 */
export function fitted(spots: readonly Spot[]): Map<string, Fit> {
  const fits = new Map<string, Fit>();
  const held: { spot: Spot; box: Box; fit: Fit }[] = [];
  for (const spot of spots) {
    const box = boxOf(spot, SIGN_WIDTH - LEEWAY);
    const over = held.find((other) => meet(box, other.box));
    if (over) {
      over.fit.under.push(spot.id);
      continue;
    }
    const fit: Fit = { as: "sign", under: [] };
    fits.set(spot.id, fit);
    held.push({ spot, box, fit });
  }
  for (const one of held) {
    const wide = boxOf(one.spot, FULL_WIDTH);
    if (held.some((other) => other !== one && meet(wide, other.box))) continue;
    one.fit.as = "full";
    one.box = wide;
  }
  return fits;
}

function boxOf({ x, y }: Spot, width: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - MARK_HEIGHT, bottom: y - LEEWAY };
}

function meet(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

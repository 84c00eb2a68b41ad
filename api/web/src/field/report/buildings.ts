/** Several buildings as one place. The clipper comes when it is needed. */
import { theClipper } from "../ahead";
import type { Outline } from "../carried";

/** One outline of all: what shares a wall grows together, since a shape that meets itself along a line is none. */
export async function joined(outlines: readonly Outline[]): Promise<Outline | null> {
  const [first] = outlines;
  if (!first || outlines.length === 1) return first ?? null;
  const apart = outlines.map((one) => (one.type === "Polygon" ? [one.coordinates] : one.coordinates));
  const [head, ...rest] = apart as never[];
  const whole = await theClipper().then(
    ({ union }) => union(head as never, ...rest) as GeoJSON.Position[][][],
    // Without signal it may not have come: the server joins nothing, and says so where that matters.
    () => apart.flat(),
  );
  const [only] = whole;
  return only && whole.length === 1
    ? { type: "Polygon", coordinates: only }
    : { type: "MultiPolygon", coordinates: whole };
}

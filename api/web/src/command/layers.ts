/** The layers that are shown, from below to above: what somebody does to them in the list, and what is drawn of it. */
import type { Shown } from "../shared/map";

/** What the marks of whistles belong to, as do the outlines of combined ones. */
export const WHISTLES = "whistle_parts";

/** What people on duty are called among the layers. */
export const PEOPLE = "people";

/** Layers without a row of their own, and those that they come, go, move and fade with. */
const COMPANIONS: Record<string, string> = { whistles: WHISTLES };

/** What is drawn: each layer with those that come with it right above it. */
export function drawnWith(shown: readonly Shown[]): Shown[] {
  return shown.flatMap((layer) => [
    layer,
    ...Object.keys(COMPANIONS)
      .filter((name) => COMPANIONS[name] === layer.name)
      .map((name) => ({ ...layer, name })),
  ]);
}

/** The same as a list has it: what a link or a browser kept by an older page names beside the layer it comes with. */
export function asListed(wanted: readonly Shown[]): Shown[] {
  const found = new Map<string, Shown>();
  for (const layer of wanted) {
    const name = COMPANIONS[layer.name] ?? layer.name;
    if (!found.has(name)) found.set(name, { ...layer, name });
  }
  return [...found.values()];
}

/** One layer laid where another is. */
export function movedTo(layers: readonly Shown[], name: string, place: string): Shown[] {
  const one = layers.find((layer) => layer.name === name);
  const to = layers.findIndex((layer) => layer.name === place);
  if (!one || to < 0 || name === place) return [...layers];
  const rest = layers.filter((layer) => layer.name !== name);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
}

export function faded(layers: readonly Shown[], name: string, opacity: number): Shown[] {
  return layers.map((layer) => (layer.name === name ? { name, opacity } : layer));
}

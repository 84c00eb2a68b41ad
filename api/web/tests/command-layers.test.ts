/** What somebody does to the layers in the list, and what is drawn and kept of it. */
import { afterEach, describe, expect, it } from "vitest";
import { asListed, drawnWith, movedTo, WHISTLES } from "../src/command/layers";
import { overlays } from "../src/command/overlays";
import { shownAtFirst } from "../src/command/state";
import type { Catalogue } from "../src/shared/map";
import { tongue } from "../src/shared/words";

afterEach(() => void (tongue.value = "zh"));

const layers = (...names: string[]) => names.map((name) => ({ name, opacity: 1 }));
const namesOf = (shown: readonly { name: string }[]) => shown.map(({ name }) => name);

describe("outlines of combined whistles", () => {
  it("come, go, move and fade with the row that they belong to", () => {
    const shown = [{ name: WHISTLES, opacity: 0.4 }, ...layers("incidents")];
    expect(drawnWith(shown)).toEqual([
      { name: WHISTLES, opacity: 0.4 },
      { name: "whistles", opacity: 0.4 },
      { name: "incidents", opacity: 1 },
    ]);
    expect(namesOf(drawnWith(movedTo(shown, WHISTLES, "incidents")))).toEqual(["incidents", WHISTLES, "whistles"]);
    expect(drawnWith(layers("incidents"))).toEqual(layers("incidents"));
  });

  it("are nothing of their own in what is shown at first, nor in what an older page kept", () => {
    const of = (name: string, order: number, listed: boolean) => ({ name, order, listed, visible: true });
    const found = { layers: [of(WHISTLES, 56, true), of("whistles", 58, false), of("streets", 42, true)] };
    expect(namesOf(shownAtFirst(found as unknown as Catalogue))).toEqual(["streets", WHISTLES]);
    expect(asListed(layers("streets", WHISTLES, "whistles", "incidents"))).toEqual(
      layers("streets", WHISTLES, "incidents"),
    );
    expect(asListed([{ name: "whistles", opacity: 0.5 }])).toEqual([{ name: WHISTLES, opacity: 0.5 }]);
  });
});

describe("a layer that is moved", () => {
  it("is laid where another is, over and under what lies between", () => {
    const shown = layers("a", "hidden", "b", "c");
    expect(namesOf(movedTo(shown, "a", "b"))).toEqual(["hidden", "b", "a", "c"]);
    expect(namesOf(movedTo(shown, "b", "a"))).toEqual(["b", "a", "hidden", "c"]);
    expect(movedTo(shown, "a", "gone")).toEqual(shown);
  });
});

describe("people on the map", () => {
  it.each([
    ["zh", "员"],
    ["en", "P"],
  ] as const)("wear a sign in the tongue of the page (%s)", (spoken, sign) => {
    tongue.value = spoken;
    const features = { type: "FeatureCollection" as const, features: [] };
    const [, words] = overlays(null, "day", { features, opacity: 1 }).named["people"] ?? [];
    expect(words?.layout).toMatchObject({ "text-field": sign });
  });
});

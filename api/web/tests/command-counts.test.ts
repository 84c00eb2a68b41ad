/** Where counting stopped, it is said that there may be more, in either tongue; else nobody is made to doubt. */
import type { ComponentChildren, VNode } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MOST_WHISTLES } from "../src/command/load";
import { type WhistleRow, whistles } from "../src/command/state";
import { incidentLayers } from "../src/shared/map/incidents";
import type { Layer } from "../src/shared/map/catalogue";
import { type Tongue, tongue } from "../src/shared/words";

afterEach(() => {
  [tongue.value, whistles.value] = ["zh", []];
  vi.unstubAllGlobals();
});

/** What stands on the page, without a browser. */
function written(node: ComponentChildren): string {
  if (Array.isArray(node)) return node.map(written).join("");
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (typeof node !== "object" || node === null || !("type" in node)) return "";
  const { type, props } = node as VNode<{ children?: ComponentChildren }>;
  return written(typeof type === "function" ? (type as (given: unknown) => ComponentChildren)(props) : props.children);
}

const row = (id: string): WhistleRow =>
  ({ id, kind: "key_work", stage: "blown", matter_code: "m", incident_number: id, sides: [], summons: [] }) as never;
const rows = (many: number): WhistleRow[] => Array.from({ length: many }, (_, at) => row(`w${at}`));

describe("the board of open whistles", () => {
  const heading = async (many: number, language: Tongue): Promise<string> => {
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
    vi.stubGlobal("document", { documentElement: { dataset: {} } });
    const { WhistleBoard } = await import("../src/command/WhistleBoard");
    [tongue.value, whistles.value] = [language, rows(many)];
    return written(WhistleBoard());
  };

  it("says at least how many there are where the list is full, and what to do about the others", async () => {
    expect(await heading(MOST_WHISTLES, "zh")).toMatch(new RegExp(`^在吹的哨 至少 ${MOST_WHISTLES}只列出最近吹的`));
    expect(await heading(MOST_WHISTLES, "en")).toMatch(
      new RegExp(`^Open whistles at least ${MOST_WHISTLES}Only the newest`),
    );
  });

  it("says just how many there are where all are listed", async () => {
    expect(await heading(MOST_WHISTLES - 1, "zh")).toMatch(new RegExp(`^在吹的哨 ${MOST_WHISTLES - 1}(?!只列出)`));
    expect(await heading(2, "en")).toMatch(/^Open whistles 2(?!Only)/);
    expect(await heading(2, "en")).not.toContain("at least");
  });
});

describe("the map's counts", () => {
  it.each(["zh", "en"] as const)("carry the sign of what lacks some, in the tongue %s as well", (language) => {
    const layer = { name: "incidents_by_stage" } as Layer;
    const layers = incidentLayers(layer, { ground: "day", opacity: 1 }, language);
    const count = JSON.stringify(layers.find(({ id }) => id === "incidents_by_stage:count")?.layout);
    const least = ["case", ["to-boolean", ["coalesce", ["get", "at_least"], false]], "≥", ""];
    expect(count).toContain(JSON.stringify(["concat", least, ["to-string", ["get", "count"]]]));
    expect(count).toContain(language === "zh" ? "超时 " : "late ");
  });
});

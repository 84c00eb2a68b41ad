/** The map's tiles: what is asked for, what is asked for again, and what the badge says of holes meanwhile. */
import { VectorTileSource } from "maplibre-gl";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connected } from "../src/command/keeping";
import { moment, redrawing, staleSince } from "../src/command/state";
import { Tiling } from "../src/command/tiling";
import type { Asking, Catalogue } from "../src/shared/map";
import type { GlMap, StyleSpecification } from "../src/shared/map/drawing";

const layer = (name: string, periodic: boolean) => ({
  name,
  look: { kind: "plain" },
  tiles: `/tiles/${name}/{z}/{x}/{y}.mvt`,
  periodic,
  version: "abc",
});
const catalogue = { layers: [layer("streets", false), layer("incidents", true)] } as unknown as Catalogue;
const asking = (asOf: string | null): Asking => ({
  shown: [{ name: "streets" }, { name: "incidents" }],
  sight: { asOf, land: null },
  origin: "http://here",
});
const style = (...sources: string[]): StyleSpecification => ({
  version: 8,
  sources: Object.fromEntries(sources.map((name) => [name, { type: "vector" as const }])),
  layers: [],
});

/** As much of a map as sources hang on, with sources of MapLibre's own that have not lived for a frame yet. */
class Board {
  readonly style = { _loaded: true };
  readonly sources = new Map<string, VectorTileSource>();
  readonly asked: string[] = [];
  /** Sources of which no tile is waited for. */
  readonly there = new Set<string>();
  readonly setTiles = vi.fn();
  readonly setStyle = vi.fn();
  readonly #ears: { type: string; hear: (told: object) => void }[] = [];

  constructor(...names: string[]) {
    for (const name of names) {
      const tiles = [`http://here/${name}`];
      const made = new VectorTileSource(name, { type: "vector", tiles }, null as never, null as never);
      this.sources.set(name, Object.assign(made, { setTiles: (wanted: string[]) => void this.setTiles(name, wanted) }));
    }
  }

  getSource(name: string): VectorTileSource | undefined {
    return this.sources.get(name);
  }

  isSourceLoaded(name: string): boolean {
    return this.there.has(name);
  }

  isWhole = false;
  readonly triggerRepaint = vi.fn();

  loaded(): boolean {
    return this.isWhole;
  }

  refreshTiles(name: string): void {
    this.asked.push(name);
  }

  on(type: string, hear: (told: object) => void): void {
    this.#ears.push({ type, hear });
  }

  tell(type: string, told: object = {}): void {
    for (const ear of this.#ears) if (ear.type === type) ear.hear(told);
  }
}

let board: Board;
let tiling: Tiling;

beforeEach(() => {
  vi.useFakeTimers();
  connected.value = true;
  board = new Board("land", "live", "loads", "base_map");
  tiling = new Tiling(board as unknown as GlMap);
});
afterEach(() => {
  tiling.end();
  moment.value = null;
  expect(staleSince.value).toBeNull();
  vi.useRealTimers();
});

describe("a style that comes in a source's first frame", () => {
  it("is drawn, and asks for what it wants", () => {
    expect(board.getSource("live")?.tiles).toBeUndefined();
    tiling.restyle(style("land", "live"), catalogue, asking("2026-03-05T14:30:00Z"));
    const wanted = "http://here/tiles/incidents/{z}/{x}/{y}.mvt?as_of=2026-03-05T14%3A30%3A00Z";
    expect(board.setTiles).toHaveBeenCalledWith("live", [wanted]);
    expect(board.setStyle).toHaveBeenCalledTimes(1);
  });

  it("does not ask again for what was asked for", () => {
    const source = board.getSource("live");
    if (source) source._options.tiles = ["http://here/tiles/incidents/{z}/{x}/{y}.mvt"];
    tiling.restyle(style("land", "live"), catalogue, asking(null));
    expect(board.setTiles).not.toHaveBeenCalledWith("live", expect.anything());
  });
});

describe("a map whose last tile is as before", () => {
  it("draws a frame, after which it says that it is idle, and none once it has said so", () => {
    vi.advanceTimersByTime(1_000);
    expect(board.triggerRepaint).not.toHaveBeenCalled();
    board.isWhole = true;
    vi.advanceTimersByTime(1_000);
    expect(board.triggerRepaint).toHaveBeenCalled();
    board.tell("idle");
    board.triggerRepaint.mockClear();
    vi.advanceTimersByTime(5_000);
    expect(board.triggerRepaint).not.toHaveBeenCalled();
    tiling.refresh("live");
    vi.advanceTimersByTime(1_000);
    expect(board.triggerRepaint).toHaveBeenCalled();
  });
});

describe("a tile that fails", () => {
  const fail = (sourceId: string): void => board.tell("error", { sourceId, error: new Error("503") });
  const arrive = (sourceId: string, isSourceLoaded: boolean): void =>
    board.tell("sourcedata", { sourceId, isSourceLoaded, tile: {} });

  it.each(["land", "live", "loads"])("leaves a hole in %s, which the badge tells until all of it is there", (name) => {
    fail(name);
    expect(staleSince.value).not.toBeNull();
    arrive(name, true);
    board.tell("idle");
    expect(staleSince.value).not.toBeNull();
    tiling.refresh(name);
    arrive(name, false);
    expect(staleSince.value).not.toBeNull();
    arrive(name, true);
    expect(staleSince.value).toBeNull();
  });

  it("is let go by its worker: MapLibre would wait for that for ever, and not ask again", () => {
    const tile = { actor: {} };
    board.tell("error", { sourceId: "live", error: new Error("503"), tile });
    expect(tile.actor).toBeUndefined();
  });

  it("is told no more once all is there, also where the last to come were as before: no event tells of those", () => {
    fail("live");
    board.there.add("live");
    vi.advanceTimersByTime(1_000);
    expect(staleSince.value).not.toBeNull();
    board.there.delete("live");
    tiling.refresh("live");
    vi.advanceTimersByTime(1_000);
    expect(staleSince.value).not.toBeNull();
    board.there.add("live");
    vi.advanceTimersByTime(1_000);
    expect(staleSince.value).toBeNull();
  });

  it("that fails again is told on", () => {
    fail("live");
    tiling.refresh("live");
    fail("live");
    arrive("live", true);
    board.tell("idle");
    expect(staleSince.value).not.toBeNull();
  });

  it("of somebody else's base map makes nothing old", () => {
    fail("base_map");
    expect(staleSince.value).toBeNull();
  });

  it("of a layer that is switched off is no hole any more", () => {
    fail("loads");
    tiling.restyle(style("land", "live"), catalogue, asking(null));
    expect(staleSince.value).toBeNull();
  });

  it("is asked for again ever more patiently, in its own source alone, whatever is drawn anew beside it", () => {
    fail("base_map");
    for (let turn = 0; turn < 4; turn += 1) tiling.refresh("live");
    expect(new Set(board.asked)).toEqual(new Set(["live"]));
    const waits: number[] = [];
    for (let second = 1; second <= 120; second += 1) {
      vi.advanceTimersByTime(1_000);
      if (board.asked.at(-1) !== "base_map") continue;
      waits.push(second);
      board.asked.length = 0;
      fail("base_map");
    }
    expect(waits).toEqual([5, 15, 35, 75]);
  });

  it("is asked for in the past, too, where nothing else is drawn anew", () => {
    moment.value = "2026-03-05T14:30:00Z";
    fail("live");
    tiling.refresh("live");
    expect(board.asked).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(board.asked).toEqual(["live"]);
  });
});

describe("another moment", () => {
  const THEN = "2026-03-05T14:30:00Z";

  it("is not shown before its tiles are there, and says so; another choice of layers is of the same moment", () => {
    tiling.restyle(style("land", "live"), catalogue, asking(THEN));
    expect(redrawing.value).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect(redrawing.value).toBe(true);
    board.there.add("live").add("land");
    vi.advanceTimersByTime(1_000);
    expect(redrawing.value).toBe(false);
    tiling.restyle(style("land", "live"), { layers: [layer("whistles", true)] } as never, {
      ...asking(THEN),
      shown: [{ name: "whistles" }],
    });
    expect(redrawing.value).toBe(false);
  });

  it("of which a tile failed is not shown yet", () => {
    tiling.restyle(style("land", "live"), catalogue, asking(THEN));
    board.there.add("live").add("land");
    board.tell("error", { sourceId: "live", error: new Error("503") });
    vi.advanceTimersByTime(1_000);
    expect(redrawing.value).toBe(true);
  });
});

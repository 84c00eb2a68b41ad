/** The map's tiles: fetched anew when something happened, and again where they failed. */
import { addressOf, type Asking, type Catalogue, LAND, LIVE, LOADS } from "../shared/map";
import type { GlMap, StyleSpecification, VectorTileSource } from "../shared/map/drawing";
import { connected, hurt, mended } from "./keeping";
import { past, redrawing, sight } from "./state";

const LOOK_MS = 500;
const AGAIN_MS = 5_000;
const LONGEST_MS = 60_000;
/** What the wall promises to show; a base map that somebody else draws is not of it. */
const OURS: readonly string[] = [LAND, LIVE, LOADS];

export class Tiling {
  /** Sources of which a tile failed, and which nobody has asked for again since. */
  readonly #troubled = new Set<string>();
  /** Sources of ours that have holes on the map: until all their tiles have come, the badge says so. */
  readonly #holed = new Set<string>();
  /** Sources that were asked for another moment: until all their tiles have come, the map shows the one before. */
  readonly #turning = new Set<string>();
  #asOf = sight.peek().asOf;
  #waitMs = AGAIN_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Tiles were asked for, and the map has not said since that it has all of them. */
  #waiting = true;
  /** Tiles that are as before come without any event: what is waited for is looked after. */
  readonly #looking = setInterval(() => {
    for (const name of [...this.#holed, ...this.#turning]) if (this.#isThere(name)) this.#whole(name);
    // A map says that it is idle at the end of a frame, and for a tile that came without an event it draws none.
    if (this.#waiting && this.map.loaded()) this.map.triggerRepaint();
  }, LOOK_MS);

  constructor(private readonly map: GlMap) {
    map.on("error", (event) => {
      const { sourceId, tile } = event as { sourceId?: string; tile?: { actor?: unknown } };
      // A tile that failed and still has its worker is taken to be under way when it is asked for again: for ever.
      if (tile) tile.actor = undefined;
      if (sourceId === undefined) console.error(event.error);
      else this.#trouble(sourceId);
    });
    map.on("sourcedata", ({ sourceId, tile, isSourceLoaded }) => {
      if (tile && isSourceLoaded) this.#whole(sourceId);
    });
    map.on("idle", () => {
      this.#waiting = false;
      for (const name of this.#holed) this.#whole(name);
      if (this.#troubled.size === 0) this.#waitMs = AGAIN_MS;
    });
  }

  /** A style that comes while the one before is still being read would throw all away and begin again. */
  restyle(style: StyleSpecification, found: Catalogue, asking: Asking): void {
    const { map } = this;
    if (!this.#style()?._loaded) {
      map.once("style.load", () => map.setStyle(style, { diff: true }));
      return;
    }
    // Another moment is other tiles of the same source: what is drawn stays until they are there.
    for (const name of [LAND, LIVE, LOADS]) {
      const source = this.#source(name);
      const address = addressOf(name, found, asking);
      // What it was told to ask: for the first frame of its life it does not say so by itself.
      if (!source || !address || source.serialize().tiles?.[0] === address) continue;
      source.setTiles([address]);
      this.#waiting = true;
      this.#troubled.delete(name);
      if (this.#asOf !== asking.sight.asOf) this.#turning.add(name);
    }
    this.#asOf = asking.sight.asOf;
    map.setStyle(style, { diff: true });
    for (const name of [...this.#holed, ...this.#turning]) if (!(name in style.sources)) this.#forget(name);
    redrawing.value = this.#turning.size > 0;
  }

  /** Draws what happens anew. The past does not happen any more. */
  refresh(source: string): void {
    if (past.peek()) return;
    this.#ask(source);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    for (const name of [...this.#holed, ...this.#turning]) this.#forget(name);
  }

  #source(name: string): VectorTileSource | undefined {
    return this.#style() ? this.map.getSource<VectorTileSource>(name) : undefined;
  }

  /** None while the graphics are lost, whatever the types say. */
  #style(): GlMap["style"] | undefined {
    return this.map.style;
  }

  /** Tiles that failed are not tried again by themselves: where nobody else does, we come back, ever more patiently. */
  #trouble(source: string): void {
    this.#troubled.add(source);
    if (OURS.includes(source)) {
      this.#holed.add(source);
      hurt(`tiles:${source}`);
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_MS);
      if (connected.peek()) for (const name of this.#troubled) this.#ask(name);
      else this.#trouble(source);
    }, this.#waitMs);
  }

  #ask(source: string): void {
    this.#troubled.delete(source);
    if (!this.#source(source)) return;
    this.map.refreshTiles(source);
    this.#waiting = true;
  }

  /** All tiles of a source have come or failed: where none failed since they were asked for, there is no hole. */
  #whole(source: string): void {
    if (!this.#troubled.has(source)) this.#forget(source);
  }

  #forget(source: string): void {
    this.#troubled.delete(source);
    if (this.#holed.delete(source)) mended(`tiles:${source}`);
    if (this.#turning.delete(source)) redrawing.value = this.#turning.size > 0;
  }

  #isThere(source: string): boolean {
    return this.#source(source) !== undefined && this.map.isSourceLoaded(source);
  }
}

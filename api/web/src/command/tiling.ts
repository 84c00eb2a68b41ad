/** The map's tiles: fetched anew when something happened, and again where they failed. */
import { addressOf, type Asking, type Catalogue, LAND, LIVE, LOADS } from "../shared/map";
import type { GlMap, StyleSpecification, VectorTileSource } from "../shared/map/map";
import { connected } from "./keeping";
import { past } from "./state";

const AGAIN_MS = 5_000;
const LONGEST_MS = 60_000;

export class Tiling {
  /** Sources of which a tile failed while the server or the network was away; the badge says so meanwhile. */
  readonly #troubled = new Set<string>();
  #waitMs = AGAIN_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly map: GlMap) {
    map.on("error", (event) => {
      const { sourceId } = event as { sourceId?: string };
      if (sourceId === undefined) console.error(event.error);
      else this.#trouble(sourceId);
    });
    map.on("idle", () => {
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
      if (source && address && source.tiles[0] !== address) source.setTiles([address]);
    }
    map.setStyle(style, { diff: true });
  }

  /** Draws what happens anew. The past does not happen any more. */
  refresh(source: string): void {
    if (this.#source(source) && !past.peek()) this.map.refreshTiles(source);
    this.#mend();
  }

  end(): void {
    clearTimeout(this.#timer);
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
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_MS);
      if (connected.peek()) this.#mend();
      else this.#trouble(source);
    }, this.#waitMs);
  }

  #mend(): void {
    for (const name of this.#troubled) {
      const source = this.#source(name);
      if (source) source.setTiles([...source.tiles]);
    }
    this.#troubled.clear();
  }
}

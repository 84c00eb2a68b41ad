/** The live map. It is a chunk of its own: lists and acts work before it is there, and without it. */
import { effect, signal, untracked } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { INCIDENTS, styleOf } from "../shared/map";
import { GlMap, makeMap, type StyleSpecification } from "../shared/map/drawing";
import { mark } from "../shared/useful";
import { say, tongue } from "../shared/words";
import { story } from "./chosen";
import { aim, isNewHere, spoken, steps } from "./flying";
import { middleOf } from "./footprint";
import { watchOver } from "./health";
import { loadsTurn, marksTurn } from "./keeping";
import { drawnWith, WHISTLES } from "./layers";
import { followLeftOut, leftOut } from "./left-out";
import type { Place } from "./link";
import { Markers } from "./markers";
import { overlays } from "./overlays";
import { tilesInSight, tilesOf } from "./pace";
import { followPrinting } from "./paper";
import { ground } from "./printing";
import { crowdOf } from "./people";
import { mapSize } from "./size";
import { catalogue, chosen, middle, place, pointInTime, shown, sight, whistles } from "./state";
import { chooseNext } from "./stepping";
import { Tiling } from "./tiling";
import { look } from "./view";

export { fetchWorker } from "../shared/map/drawing";

const NEAR_ZOOM = 15.5;
const BLIND_MS = 60_000;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether this machine cannot draw at all, for now. */
const blind = signal(false);

export default function MapView() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current ? keepDrawn(box.current) : undefined), []);
  return (
    <>
      <div class="c-canvas" ref={box} />
      {blind.value && (
        <p class="c-wait c-blind" role="status">
          {say(
            "这台电脑眼下画不出地图（需要 WebGL2）。列表与办理照常。",
            "This machine cannot draw the map now (WebGL2 is needed). Lists and acts work as ever.",
          )}
        </p>
      )}
      {leftOut.value && (
        <p class="c-left-out" role="status">
          {say(
            "此处案件太多：地图只画最新的，可能还有没画出的。",
            "Too many cases here: only the newest are drawn, and there may be others.",
          )}
        </p>
      )}
      <p class="hidden-but-read" role="status">
        {spoken.value}
      </p>
    </>
  );
}

/** Keeps a map in the box until what it returns is called; one that died is made anew, and in another tongue as well. */
function keepDrawn(box: HTMLElement): () => void {
  let end = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let deaths = 0;
  const draw = (): void => {
    end();
    end = begin(
      box,
      () => deaths,
      (seen) => {
        blind.value = !seen;
        if (seen) deaths += 1;
        clearTimeout(timer);
        timer = setTimeout(draw, seen ? 0 : BLIND_MS);
      },
    );
  };
  const stop = tongue.subscribe(draw);
  return () => {
    stop();
    clearTimeout(timer);
    end();
  };
}

/** Draws into the box what the signals say, until what it returns is called. `gone` is told that it must begin anew. */
function begin(box: HTMLElement, deaths: () => number, gone: (seen: boolean) => void): () => void {
  let map: GlMap | null = null;
  let tiling: Tiling | null = null;
  const stops: (() => void)[] = [];
  const stop = effect(() => {
    const found = catalogue.value;
    // What is shown at first is told a moment after the catalogue; later, nothing is nothing.
    if (!found || (!tiling && shown.value.length === 0)) return;
    const asking = { shown: drawnWith(shown.value), sight: sight.value, origin: location.origin };
    const more = overlays(story.value, ground.value, crowdOf(asking.shown));
    const style = styleOf(found, { ...asking, ground: ground.value, tongue: tongue.value, more });
    if (tiling) {
      tiling.restyle(style, found, asking);
      return;
    }
    try {
      box.replaceChildren();
      map = open(box, style);
    } catch (error) {
      console.warn(error);
      gone(false);
      return;
    }
    blind.value = false;
    tiling = new Tiling(map);
    stops.push(
      ...follow(map, tiling),
      watchOver(map, deaths(), () => gone(true)),
    );
  });
  return () => {
    stop();
    for (const one of stops) one();
    map?.remove();
  };
}

function open(box: HTMLElement, style: StyleSpecification): GlMap {
  const found = catalogue.peek();
  const at = place.peek();
  lay(box, mapSize.peek());
  const view = at ? { center: [at.lon, at.lat] as [number, number], zoom: at.zoom } : { bounds: found?.bounds };
  const map = makeMap(
    { container: box, style, fitBoundsOptions: { padding: 24 }, ...view } as Parameters<typeof makeMap>[0],
    tongue.peek() === "zh",
    found?.base_map?.attribution,
  );
  middle.value = placeOf(map);
  // As long as nobody has moved it, it shows the whole of the district, however large the window becomes.
  let whole = at === null ? middle.value : null;
  map.on("moveend", (event) => {
    const now = placeOf(map);
    middle.value = now;
    // A map that changes its size says that it moves, and stays where it is.
    if (whole && !("fitting" in event) && !isSame(whole, now)) whole = null;
    if (!whole) place.value = now;
  });
  map.on("resize", () => {
    tilesInSight.value = tilesOf(box.clientWidth, box.clientHeight);
    if (!whole || !found || box.clientWidth === 0) return;
    // In a straight line: a flight, however short, takes its time.
    map.fitBounds(found.bounds, { padding: 24, animate: false, linear: true }, { fitting: true });
    whole = placeOf(map);
  });
  map.once("idle", () => mark("drawn"));
  map.on("click", (event) => {
    const layers = [...INCIDENTS].flatMap((name) => [`${name}:one`, `${name}:many`]).filter((id) => map.getLayer(id));
    const [hit] = layers.length ? map.queryRenderedFeatures(event.point, { layers }) : [];
    if (!hit) return;
    const { id, count } = hit.properties as { id?: string; count?: number };
    if (count) map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2, animate: !CALM.matches });
    else if (id && chosen.value?.id !== id) look({ kind: "case", id });
  });
  return map;
}

function placeOf(map: GlMap): Place {
  const { lng, lat } = map.getCenter();
  return { lon: lng, lat, zoom: map.getZoom() };
}

const isSame = (one: Place, other: Place): boolean =>
  [one.lon - other.lon, one.lat - other.lat, one.zoom - other.zoom].every((by) => Math.abs(by) < 1e-9);

/** Keeps the map with what changes; returns the ways to stop. */
function follow(map: GlMap, tiling: Tiling): (() => void)[] {
  const markers = new Markers(map);
  const [aimed, stepped] = [aim.peek(), steps.peek()];
  return [
    effect(() => {
      const size = mapSize.value;
      // What a map reads when it changes its size must not make it change again.
      untracked(() => {
        lay(map.getContainer(), size);
        map.setPixelRatio(devicePixelRatio * size);
      });
    }),
    effect(() => {
      if (marksTurn.value) tiling.refresh("live");
    }),
    effect(() => {
      if (loadsTurn.value) tiling.refresh("loads");
    }),
    effect(() => {
      const layer = shown.value.find(({ name }) => name === WHISTLES);
      if (layer) markers.show(whistles.value, pointInTime.peek(), layer.opacity);
      else markers.clear();
    }),
    effect(() => markers.tick(pointInTime.value)),
    effect(() => {
      const found = aim.value;
      if (!found || found === aimed) return;
      if ("bounds" in found) map.fitBounds(found.bounds, { padding: 60, maxZoom: 17, animate: !CALM.matches });
      else go(map, [found.lon, found.lat]);
    }),
    effect(() => {
      const incident = story.value?.incident;
      const at = incident?.geometry ? middleOf(incident.geometry) : null;
      if (isNewHere(at && incident ? incident.id : null) && at && !map.getBounds().contains(at)) go(map, at);
    }),
    effect(() => {
      const step = steps.value;
      // What it reads on the way must not make it step again.
      if (step !== stepped) untracked(() => chooseNext(map, markers, step.by));
    }),
    followPrinting(map, markers),
    followLeftOut(map),
    () => tiling.end(),
    () => markers.clear(),
  ];
}

/** The map is drawn small and sharp, and shown large: words, lines and marks grow together, and tiles become fewer. */
function lay(box: HTMLElement, by: number): void {
  const percent = `${100 / by}%`;
  Object.assign(box.style, { width: percent, height: percent, transform: by === 1 ? "" : `scale(${by})` });
  box.parentElement?.style.setProperty("--map-size", String(by));
  tilesInSight.value = tilesOf(box.clientWidth, box.clientHeight);
}

function go(map: GlMap, center: [number, number]): void {
  const options = { center, zoom: Math.max(map.getZoom(), NEAR_ZOOM) };
  if (CALM.matches) map.jumpTo(options);
  else map.flyTo(options);
}

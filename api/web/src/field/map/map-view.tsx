/** The carried map in the page. MapLibre comes when the first map is shown, from what the phone keeps. */
import type { Feature } from "geojson";
import { useEffect, useRef, useState } from "preact/hooks";
import type { GeoJSONSource, GlMap, MapOptions } from "../../shared/map/drawing";
import { theme } from "../../shared/ui/theme";
import { say, tongue } from "../../shared/words";
import { theMap } from "../ahead";
import type { LonLat } from "../geometry";
import { pack, reached } from "../phone";
import { OWN, styleOf } from "./drawn";
import { Pin } from "./pin";
import type { View } from "./view";

interface Props {
  label: string;
  view: View;
  marks: readonly Feature[];
  /** A picture that does not move, where a finger should scroll the page. */
  still?: boolean;
  /** A pin stands in the middle, and may be dragged. */
  pin?: boolean;
  /** Called when the map, or the pin on it, was moved by hand, with the map's middle. */
  onMoved?: (centre: LonLat) => void;
  /** Called with the ids of the buildings that were tapped, and the place. */
  onTap?: (buildings: string[], at: LonLat) => void;
}

/** Half of a finger's width: so far beside a building a tap still means it. */
const FINGER_PX = 10;
/** What must be seen as a whole keeps so far from the edges, and is not magnified beyond this. */
const WHOLE = { padding: 28, maxZoom: 17, animate: false };

export function MapView({ label, view, marks, still = false, pin = false, onMoved, onTap }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<GlMap | null>(null);
  const told = useRef({ onMoved, onTap });
  told.current = { onMoved, onTap };
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);
  const [tries, setTries] = useState(1);
  const online = reached.value;
  const carried = pack.value;
  const ground = theme.value;

  useEffect(() => {
    if (!failed || !online) return;
    setFailed(false);
    setTries(tries + 1);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- signal that comes back is worth another try, and nothing else
  }, [online]);

  useEffect(() => {
    if (!carried || !box.current) return;
    const container = box.current;
    let gone = false;
    const coming = theMap().then(({ makeMap }) => {
      if (gone) return;
      const made = makeMap(
        {
          container,
          style: styleOf(carried, ground),
          ...begun(view),
          interactive: !still,
        },
        tongue.value === "zh",
      );
      map.current = made;
      made.getCanvas().setAttribute("aria-label", label);
      if (still) made.getCanvas().tabIndex = -1;
      made.on("load", () => setReady(true));
      made.on("moveend", (event) => {
        if ("originalEvent" in event) told.current.onMoved?.(middleOf(made));
      });
      made.on("click", ({ point, lngLat }) => {
        const near: [[number, number], [number, number]] = [
          [point.x - FINGER_PX, point.y - FINGER_PX],
          [point.x + FINGER_PX, point.y + FINGER_PX],
        ];
        const exact = made.queryRenderedFeatures(point, { layers: ["buildings:fill"] });
        const hits = exact.length ? exact : made.queryRenderedFeatures(near, { layers: ["buildings:fill"] });
        const ids = hits.map((hit) => String(hit.properties["id"])).slice(0, 1);
        told.current.onTap?.(ids, { lon: lngLat.lng, lat: lngLat.lat });
      });
    });
    coming.catch(() => setFailed(true));
    return () => {
      gone = true;
      setReady(false);
      map.current?.remove();
      map.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the first view and label make the map; later ones move it
  }, [carried, ground, still, tries]);

  useEffect(() => {
    const own = map.current?.getSource<GeoJSONSource>(OWN);
    void own?.setData({ type: "FeatureCollection", features: [...marks] });
  }, [marks, ready]);

  const wanted = JSON.stringify(view);
  useEffect(() => {
    if (map.current) show(map.current, view);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a view that says the same must not undo what a finger did
  }, [wanted, ready]);

  const settle = (right: number, down: number): void => {
    const shown = map.current;
    if (!shown) return;
    shown.panBy([right, down], { animate: false });
    onMoved?.(middleOf(shown));
  };

  return (
    <div class="f-map" data-ready={ready}>
      <div ref={box} class="f-map-box" />
      {pin && <Pin settle={settle} />}
      {failed && (
        <p class="f-map-gone" role="status">
          {online
            ? say("这部手机画不出地图：请填写地址。", "This phone cannot draw the map: write the address.")
            : say(
                "地图还没有取到，有信号时自动显示：可先填写地址。",
                "The map is not here yet and comes with the signal: the address will do.",
              )}
        </p>
      )}
    </div>
  );
}

function begun(view: View): Partial<MapOptions> {
  if ("box" in view) return { bounds: view.box, fitBoundsOptions: WHOLE };
  return { center: [view.centre.lon, view.centre.lat], zoom: view.zoom ?? WHOLE.maxZoom };
}

function show(map: GlMap, view: View): void {
  if ("box" in view) {
    map.fitBounds(view.box, WHOLE);
    return;
  }
  const { centre, zoom = map.getZoom() } = view;
  const now = middleOf(map);
  // A jump to where it is would only stop a finger that moves it on.
  if (now.lon === centre.lon && now.lat === centre.lat && zoom === map.getZoom()) return;
  map.jumpTo({ center: [centre.lon, centre.lat], zoom });
}

function middleOf(map: GlMap): LonLat {
  const { lng, lat } = map.getCenter();
  return { lon: lng, lat };
}

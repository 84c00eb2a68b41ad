/** The carried map in the page. MapLibre comes when the first map is shown, from what the phone keeps. */
import type { Feature } from "geojson";
import { useEffect, useRef, useState } from "preact/hooks";
import type { GeoJSONSource, GlMap } from "../../shared/map/map";
import { theme } from "../../shared/ui/theme";
import { say, tongue } from "../../shared/words";
import type { LonLat } from "../geometry";
import { pack } from "../phone";
import { OWN, styleOf } from "./drawn";

export interface View {
  centre: LonLat;
  zoom: number;
}

interface Props {
  label: string;
  view: View;
  marks: readonly Feature[];
  /** A picture that does not move, where a finger should scroll the page. */
  still?: boolean;
  /** Called when the map was moved by hand, with its middle. */
  onMoved?: (centre: LonLat) => void;
  /** Called with the ids of the buildings that were tapped, and the place. */
  onTap?: (buildings: string[], at: LonLat) => void;
}

/** Half of a finger's width: so far beside a building a tap still means it. */
const FINGER_PX = 10;

export function MapView({ label, view, marks, still = false, onMoved, onTap }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<GlMap | null>(null);
  const told = useRef({ onMoved, onTap });
  told.current = { onMoved, onTap };
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);
  const carried = pack.value;
  const ground = theme.value;

  useEffect(() => {
    if (!carried || !box.current) return;
    const container = box.current;
    let gone = false;
    const begun = import("../../shared/map/map").then(({ makeMap }) => {
      if (gone) return;
      const made = makeMap(
        {
          container,
          style: styleOf(carried, ground),
          center: [view.centre.lon, view.centre.lat],
          zoom: view.zoom,
          interactive: !still,
        },
        tongue.value === "zh",
      );
      map.current = made;
      made.getCanvas().setAttribute("aria-label", label);
      if (still) made.getCanvas().tabIndex = -1;
      made.on("load", () => setReady(true));
      made.on("moveend", (event) => {
        if (!("originalEvent" in event)) return;
        const { lng, lat } = made.getCenter();
        told.current.onMoved?.({ lon: lng, lat });
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
    begun.catch(() => setFailed(true));
    return () => {
      gone = true;
      setReady(false);
      map.current?.remove();
      map.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the first view and label make the map; later ones move it
  }, [carried, ground, still]);

  useEffect(() => {
    const own = map.current?.getSource<GeoJSONSource>(OWN);
    void own?.setData({ type: "FeatureCollection", features: [...marks] });
  }, [marks, ready]);

  useEffect(() => {
    map.current?.jumpTo({ center: [view.centre.lon, view.centre.lat], zoom: view.zoom });
  }, [view.centre.lon, view.centre.lat, view.zoom, ready]);

  return (
    <div class="f-map">
      <div ref={box} class="f-map-box" />
      {failed && (
        <p class="f-map-gone" role="status">
          {say("这部手机画不出地图：请填写地址。", "This phone cannot draw the map: write the address.")}
        </p>
      )}
    </div>
  );
}

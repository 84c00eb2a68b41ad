/** MapLibre, made ready for pages without any outside help: own worker, own fonts, no links that lead away. */
import { AttributionControl, Map as GlMap, type MapOptions, ScaleControl, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { said } from "../words";

setWorkerUrl(workerUrl);

/**
 * Fetches the worker's program, for the browser to have it when the map wants it: MapLibre waits for ever for a worker
 * whose program did not come. Throws where it does not come now.
 */
export async function fetchWorker(): Promise<void> {
  const answer = await fetch(workerUrl);
  if (!answer.ok) throw new Error(`${answer.status}: ${workerUrl}`);
  await answer.arrayBuffer();
}

export { LngLatBounds, Marker, Popup } from "maplibre-gl";
export type { GeoJSONSource, MapGeoJSONFeature, MapOptions, StyleSpecification, VectorTileSource } from "maplibre-gl";
export { GlMap };

const OWN = { zh: "本区自有底图 · CGCS2000 / WGS 84", en: "The district's own base map · CGCS2000 / WGS 84" };
const FONTS = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';

const WORDS_ZH: Record<string, string> = {
  "Map.Title": "地图",
  "NavigationControl.ZoomIn": "放大",
  "NavigationControl.ZoomOut": "缩小",
  "AttributionControl.ToggleAttribution": "地图来源",
  "ScaleControl.Meters": "米",
  "ScaleControl.Kilometers": "公里",
};

/** Makes a map; `attribution` is what else must be named, as plain text. */
export function makeMap(
  options: Omit<MapOptions, "attributionControl" | "locale">,
  chinese: boolean,
  attribution?: string,
): GlMap {
  const map = new GlMap({
    maxZoom: 19.5,
    minZoom: 7,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // What is drawn anew many times a second would never be quite there.
    fadeDuration: 0,
    localIdeographFontFamily: FONTS,
    ...options,
    attributionControl: false,
    ...(chinese ? { locale: WORDS_ZH } : {}),
  });
  map.touchZoomRotate.disableRotation();
  const named = [said(OWN), ...(attribution ? [plain(attribution)] : [])];
  map.addControl(new AttributionControl({ compact: false, customAttribution: named }), "bottom-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  return map;
}

/** An attribution is a text here: what it links to lies outside. */
function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}

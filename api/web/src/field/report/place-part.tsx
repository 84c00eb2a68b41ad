/** Where: what the receiver says, and what that means, at once. */
import { useMemo, useState } from "preact/hooks";
import { say } from "../../shared/words";
import { Icon } from "../icons";
import { circleMark, mark, pointMark } from "../map/marks";
import { MapView } from "../map/map-view";
import { around, type View } from "../map/view";
import { moved, pointOf, ringsOf } from "../geometry";
import { pack } from "../phone";
import { type Fix, fix, lack, type Lack } from "../where";
import { byHand, byReceiver, isElsewhere, type Place, writing } from "./draft";
import { PlaceDialog } from "./place-dialog";
import { Telling } from "./telling";
import { write } from "./writing";

export const LACKS: Record<Lack, { zh: string; en: string }> = {
  insecure: {
    zh: "普通 http 下浏览器不提供定位：请在地图上拖动选点（https 可自动定位）。",
    en: "By plain http browsers tell no position: put the pin on the map (https brings it back).",
  },
  missing: {
    zh: "此浏览器没有定位功能：请在地图上选点。",
    en: "This browser knows no position: put the pin on the map.",
  },
  denied: {
    zh: "定位未被允许：请在浏览器设置中允许，或在地图上选点。",
    en: "Positions were not allowed: allow them in the settings, or put the pin on the map.",
  },
  "no-fix": {
    zh: "暂时收不到定位信号：请在地图上选点。",
    en: "There is no fix at the moment: put the pin on the map.",
  },
};

export function PlacePart() {
  const [open, setOpen] = useState(false);
  const { place, matter } = writing.value;
  const missing = lack.value;
  return (
    <section class="f-card">
      <h2>{say("位置", "Where")}</h2>
      {!place && (
        <p class="f-soft" role="status">
          {missing
            ? say(LACKS[missing].zh, LACKS[missing].en)
            : fix.value
              ? null
              : say("正在定位…", "Looking for the position…")}
        </p>
      )}
      {place && !open && <Small place={place} enlarge={() => setOpen(true)} />}
      {place && <Telling place={place} matter={matter} />}
      <div class="f-pair">
        <button type="button" class="f-wide" onClick={() => setOpen(true)}>
          <Icon sign="pin" />
          {place ? say("大地图／选建筑", "Large map, buildings") : say("在地图上选点", "Put it on the map")}
        </button>
        <BackToReceiver />
      </div>
      <details open={!place && missing !== null}>
        <summary>{say("用文字地址", "An address in words")}</summary>
        <label class="f-label" for="address">
          {say("地址", "Address")}
        </label>
        <input
          id="address"
          type="text"
          maxLength={500}
          autocomplete="off"
          value={writing.value.address}
          onInput={(event) => write({ address: event.currentTarget.value })}
        />
      </details>
      {open && (
        <PlaceDialog
          place={place}
          matter={matter}
          use={(next) => write({ place: next })}
          close={() => setOpen(false)}
        />
      )}
    </section>
  );
}

/** After a pin that slipped, or somewhere else since the photo: one touch, and the place is what the receiver says. */
function BackToReceiver() {
  const here = fix.value;
  if (!here || !isElsewhere(writing.value, here)) return null;
  return (
    <button type="button" class="f-wide" onClick={() => write({ place: byReceiver(here) })}>
      <Icon sign="here" />
      {say("用我的定位", "Where I am")}
    </button>
  );
}

/** The place on a small map: the pin may be dragged here; a touch beside it enlarges the map. */
function Small({ place, enlarge }: { place: Place; enlarge: () => void }) {
  const here = fix.value;
  const marks = useMemo(() => marksOf(place, here), [place, here]);
  const view = useMemo(() => viewOf(place), [place]);
  if (!pack.value) return null;
  return (
    <div class="f-small-map" aria-hidden="true">
      <MapView
        label=""
        view={view}
        marks={marks}
        still
        pin={place.kind === "point"}
        onMoved={(centre) => write({ place: byHand(centre) })}
        onTap={enlarge}
      />
    </div>
  );
}

function viewOf(place: Place): View {
  if (place.kind === "shape") return around(ringsOf(place.geometry).flat().map(pointOf));
  const reach = place.accuracyM ?? 0;
  return around([moved(place, -reach, -reach), moved(place, reach, reach)]);
}

function marksOf(place: Place, here: Fix | null): GeoJSON.Feature[] {
  const own = here ? [pointMark("here", here)] : [];
  if (place.kind === "shape") return [mark("chosen", place.geometry), ...own];
  return [...(place.accuracyM ? [circleMark("accuracy", place, place.accuracyM)] : []), ...own];
}

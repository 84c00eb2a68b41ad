/** Where it is, on the map: the map is moved under the pin, or buildings are tapped. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { Dialog } from "../../shared/ui/dialog";
import { say } from "../../shared/words";
import type { Building, Outline } from "../carried";
import { type LonLat, metresBetween, metresTo } from "../geometry";
import { Icon } from "../icons";
import { circleMark, mark, pointMark } from "../map/marks";
import { MapView } from "../map/map-view";
import { pack } from "../phone";
import { fix } from "../where";
import { joined } from "./buildings";
import { byHand, byReceiver, middleOf, type Place } from "./draft";
import { Telling } from "./telling";

const NEAR_M = 150;
const MOST_LISTED = 8;
/** A pin that lies so near to where the receiver is means just that. */
const SAME_M = 0.5;

interface Props {
  /** Where it is so far. */
  place: Place | null;
  matter: string | null;
  use: (place: Place) => void;
  close: () => void;
}

export function PlaceDialog({ place: before, matter, use, close }: Props) {
  const [centre, setCentre] = useState(() => startOf(before));
  const [ids, setIds] = useState(before?.kind === "shape" ? before.ids : []);
  const [choosing, setChoosing] = useState(ids.length > 0);
  const carried = pack.value;
  const buildings = useMemo(() => carried?.buildings.features ?? [], [carried]);
  const chosen = useMemo(
    () => buildings.filter(({ properties }) => choosing && ids.includes(properties.id)),
    [buildings, ids, choosing],
  );
  const outline = useJoined(chosen);
  const place = useMemo((): Place | null => {
    if (!choosing) return pinned(centre, before);
    return outline && { kind: "shape", geometry: outline, ids };
  }, [choosing, centre, before, outline, ids]);
  const marks = useMemo(
    () => [...hereMarks(), ...chosen.map(({ geometry }) => mark("chosen", geometry))],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- where the receiver is is drawn again as the place is
    [place, chosen],
  );
  const toggle = (id: string): void => setIds(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  const here = fix.value;
  return (
    <Dialog title={say("位置", "Where")} close={close} wide>
      <div class="f-modes f-thirds" role="group" aria-label={say("方式", "How")}>
        <button type="button" aria-pressed={!choosing} onClick={() => setChoosing(false)}>
          {say("图钉选点", "A pin")}
        </button>
        <button type="button" aria-pressed={choosing} onClick={() => setChoosing(true)}>
          {say("点选建筑", "Buildings")}
        </button>
        {here && (
          <button type="button" onClick={() => setCentre({ lon: here.lon, lat: here.lat })}>
            <Icon sign="here" />
            {say("定位", "Here")}
          </button>
        )}
      </div>
      <div class="f-big-map">
        <MapView
          label={say("地图：拖动图钉或地图，点一下也可以", "Map: drag the pin or the map, or tap the place")}
          view={{ centre }}
          marks={marks}
          pin={!choosing}
          onMoved={setCentre}
          onTap={(hits, at) => {
            const [hit] = hits;
            if (!choosing) setCentre(at);
            else if (hit) toggle(hit);
          }}
        />
      </div>
      {choosing && <Nearby buildings={buildings} centre={centre} ids={ids} toggle={toggle} />}
      {place && <Telling place={place} matter={matter} />}
      <div class="f-act">
        <button
          type="button"
          class="f-go"
          aria-disabled={!place}
          onClick={() => {
            if (!place) return;
            use(place);
            close();
          }}
        >
          {say("用这个位置", "Use this place")}
        </button>
      </div>
    </Dialog>
  );
}

/** The same as tapping on the map, for whoever cannot. */
function Nearby(props: { buildings: Building[]; centre: LonLat; ids: string[]; toggle: (id: string) => void }) {
  const { buildings, centre, ids, toggle } = props;
  const near = buildings
    .map((building) => ({ building, m: metresTo(building.geometry, centre) }))
    .filter(({ building, m }) => m < NEAR_M || ids.includes(building.properties.id))
    .sort((one, other) => one.m - other.m)
    .slice(0, MOST_LISTED);
  return (
    <fieldset class="f-nearby">
      <legend>{say("在地图上点选，或在此勾选", "Tap them on the map, or tick them here")}</legend>
      {near.map(({ building: { properties }, m }) => (
        <label key={properties.id} class="f-check">
          <input type="checkbox" checked={ids.includes(properties.id)} onChange={() => toggle(properties.id)} />
          {properties.name?.trim() || say(`建筑 ${properties.id}`, `Building ${properties.id}`)}
          <span class="f-soft">{say(` ${Math.round(m)} 米`, ` ${Math.round(m)} m`)}</span>
        </label>
      ))}
      {near.length === 0 && <p class="f-soft">{say("附近没有建筑轮廓", "No outlines nearby")}</p>}
    </fieldset>
  );
}

function startOf(place: Place | null): LonLat {
  if (place) {
    const [lon, lat] = middleOf(place);
    return { lon, lat };
  }
  const [west, south, east, north] = pack.value?.bounds ?? [117.05, 36.65, 117.07, 36.67];
  return fix.value ?? { lon: (west + east) / 2, lat: (south + north) / 2 };
}

function hereMarks(): GeoJSON.Feature[] {
  const here = fix.value;
  return here ? [circleMark("accuracy", here, here.accuracyM), pointMark("here", here)] : [];
}

function pinned(centre: LonLat, before: Place | null): Place {
  if (before?.kind === "point" && before.lon === centre.lon && before.lat === centre.lat) return before;
  const here = fix.value;
  return here && metresBetween(here, centre) < SAME_M ? byReceiver(here) : byHand(centre);
}

/** The outline of what is chosen: known a moment later, and null until then. */
function useJoined(chosen: readonly Building[]): Outline | null {
  const [whole, setWhole] = useState<{ of: readonly Building[]; outline: Outline | null } | null>(null);
  useEffect(() => {
    let gone = false;
    void joined(chosen.map(({ geometry }) => geometry)).then((outline) => {
      if (!gone) setWhole({ of: chosen, outline });
    });
    return () => {
      gone = true;
    };
  }, [chosen]);
  return whole?.of === chosen ? whole.outline : null;
}

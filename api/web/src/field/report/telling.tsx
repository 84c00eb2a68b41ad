/** Which cell a place falls into, who answers, and whether a combined whistle will be drafted: the phone's own
 * reckoning at once, the server's as soon as it answers. */
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../../shared/api";
import { heard, tongueOf } from "../../shared/heard";
import { clockTime } from "../../shared/time";
import { say } from "../../shared/words";
import type { Matter, Pack } from "../carried";
import { leadOf, nameOf, type Part, spoken, tellPoint, tellShape, type Told } from "../locating";
import { pack, reached } from "../phone";
import type { Place } from "./draft";
import { foretold, type Foretold } from "./foretold";

export function Telling({ place, matter: code }: { place: Place; matter: string | null }) {
  const carried = pack.value;
  const matter = carried?.matters.items.find((one) => one.code === code) ?? null;
  const told = useTold(carried, place, matter);
  const { final, against } = useForetold(place, matter?.code ?? null);
  const shown = final ? asTold(final, told) : told;
  if (!carried) return null;
  if (!shown) return told === undefined ? null : <Untold />;
  const street = shown.streets[0]?.code;
  const lead = final ? final.answers.lead?.name : matter && leadOf(carried, matter, street);
  const person = final?.answers.cell_people[0]?.name;
  return (
    <div class="f-told" role="status">
      <p>
        <strong>{headline(carried, shown)}</strong>
      </p>
      {shown.placement === "doubtful" && (
        <p class="f-doubt">
          ⚠ {say("临近边界，可能在：", "Near a border, it may lie in: ")}
          {listed(carried, shown.cells.slice(0, 3))}
        </p>
      )}
      {shown.sides.length > 1 && (
        <p class="f-doubt">
          ⚠ {shown.sides.map(({ code, share }) => `${spoken(share)} ${nameOf(carried, code)}`).join(say("、", ", "))}
          {say("：将起草联合哨", ": a combined whistle will be drafted")}
        </p>
      )}
      {shown.sides.length < 2 && shown.placement === "crossing" && (
        <p>
          {say("跨网格：", "Across cells: ")}
          {listed(carried, shown.cells.slice(0, 4))}
        </p>
      )}
      {(lead ?? person) && (
        <p class="f-soft">
          {say("负责：", "Answers: ")}
          {[lead, person].filter(Boolean).join(" · ")}
        </p>
      )}
      {against && <Against words={heard(against)} />}
      <p class="f-soft">
        {place.kind === "point" &&
          place.accuracyM !== null &&
          say(`定位精度 ±${place.accuracyM} 米${when(place)}。`, `Accuracy ±${place.accuracyM} m${when(place)}. `)}
        {final
          ? say("服务器已核对。", "Checked by the server.")
          : say("手机预判，以服务器为准。", "Reckoned on the phone; the server decides.")}
      </p>
    </div>
  );
}

/** The page lacks what it would reckon with, and there is no signal to fetch it: the place goes all the same. */
function Untold() {
  return (
    <p class="f-told f-soft" role="status">
      {say(
        "手机暂时算不出所在网格：可照常上报，由服务器判定。",
        "The phone cannot tell the cell just now: report it all the same, the server will.",
      )}
    </p>
  );
}

/** What the server has against it: said before it is sent, and not after. */
function Against({ words }: { words: string }) {
  return (
    <p class="f-doubt">
      ⚠ {say("这样上报会被退回：", "Reported like this it would be refused: ")}
      <span lang={tongueOf(words)}>{words}</span>
    </p>
  );
}

/** When the receiver was there: a photo's place is older than what it says now. */
function when({ at }: { at?: number }): string {
  return at === undefined ? "" : say("，", ", ") + clockTime(new Date(at).toISOString());
}

function headline(carried: Pack, { cell, placement }: Told): string {
  if (placement === "outside" || !cell) return say("不在本机携带的网格内", "Outside the cells that this phone carries");
  const street = nameOf(carried, cell.properties.street_code);
  return `${street} · ${cell.properties.name}`;
}

function listed(carried: Pack, parts: readonly Part[]): string {
  return parts.map(({ code, share }) => `${nameOf(carried, code)} ${spoken(share)}`).join(say("、", ", "));
}

/** Undefined until it is reckoned, null where it cannot be. */
function useTold(carried: Pack | null, place: Place, matter: Matter | null): Told | null | undefined {
  const [told, setTold] = useState<Told | null>();
  const online = reached.value;
  useEffect(() => {
    if (!carried) return;
    let gone = false;
    if (place.kind === "point") setTold(tellPoint(carried, place, place.accuracyM));
    else {
      const show = (found: Told | null): void => {
        if (!gone) setTold(found);
      };
      tellShape(carried, place.geometry, matter).then(show, () => show(null));
    }
    return () => {
      gone = true;
    };
  }, [carried, place, matter, online]);
  return told;
}

/** Waits until the pin rests, then asks. */
const REST_MS = 600;

interface Asked {
  final: Foretold | null;
  against: string | null;
}

const NOTHING_TOLD: Asked = { final: null, against: null };

function useForetold(place: Place, matter: string | null): Asked {
  const [found, setFound] = useState(NOTHING_TOLD);
  const online = reached.value;
  useEffect(() => {
    setFound(NOTHING_TOLD);
    if (!online) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      foretold(place, matter, stop.signal)
        .then((final) => setFound({ final, against: null }))
        .catch((error: unknown) => {
          if (error instanceof Problem && error.status === 422) setFound({ final: null, against: error.message });
        });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [place, matter, online]);
  return found;
}

/** The server's answer in the phone's form. */
function asTold(final: Foretold, own: Told | null | undefined): Told {
  const parts = (rows: { share: number | null; probability: number | null }[], code: (row: never) => string): Part[] =>
    rows.map((row) => ({ code: code(row as never), share: row.share ?? row.probability ?? 1 }));
  const cell = pack.value?.cells.features.find((one) => one.properties.code === final.cell_code) ?? own?.cell ?? null;
  return {
    placement: final.placement === "unplaced" ? "outside" : final.placement,
    cell,
    cells: parts(final.cells, (row: { cell_code: string }) => row.cell_code),
    streets: parts(final.streets, (row: { street_code: string }) => row.street_code),
    borderM: own?.borderM ?? null,
    sides: final.combined_whistle.sides.map(({ street_code, share }) => ({ code: street_code, share })),
  };
}

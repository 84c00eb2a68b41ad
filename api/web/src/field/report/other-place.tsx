/** Another place for a report that was sent and refused. */
import { useState } from "preact/hooks";
import { say } from "../../shared/words";
import { Icon } from "../icons";
import { pack } from "../phone";
import type { Place } from "./draft";
import { PlaceDialog } from "./place-dialog";
import { Telling } from "./telling";

interface Props {
  /** Where it was; null where it had no place. */
  before: Place | null;
  place: Place | null;
  matter: string;
  choose: (place: Place) => void;
}

export function OtherPlace({ before, place, matter, choose }: Props) {
  const [open, setOpen] = useState(false);
  if (!pack.value) return null;
  return (
    <>
      {place && <Telling place={place} matter={matter} />}
      <button type="button" class="f-wide" onClick={() => setOpen(true)}>
        <Icon sign="pin" />
        {say("在地图上改位置", "Change the place on the map")}
      </button>
      {open && <PlaceDialog place={place ?? before} matter={matter} use={choose} close={() => setOpen(false)} />}
    </>
  );
}

/** My cells on the map, what I answer for in them, and the patrols that are due. */
import { useEffect, useMemo } from "preact/hooks";
import { say } from "../../shared/words";
import type { Cell } from "../carried";
import { pointOf, ringsOf } from "../geometry";
import { mark, pointMark } from "../map/marks";
import { MapView } from "../map/map-view";
import { around } from "../map/view";
import { pack, today } from "../phone";
import { fix, look } from "../where";
import { Day } from "./parts";
import { Patrols } from "./patrols";

export function Grid() {
  useEffect(() => look(), []);
  const day = today.value;
  const duties = useMemo(() => day?.duties ?? [], [day]);
  const carried = pack.value;
  const cells = useMemo(() => {
    const mine = (code: string): boolean => duties.some((duty) => code.startsWith(duty.code));
    return carried?.cells.features.filter(({ properties }) => mine(properties.code)) ?? [];
  }, [carried, duties]);
  return (
    <>
      <h1 class="f-title">{say("我的网格", "My cells")}</h1>
      <Day>
        {carried && <CellMap cells={cells} />}
        <ul class="f-list">
          {duties.map((duty) => (
            <li key={`${duty.code}${duty.role}`} class="f-card">
              <strong>{duty.name}</strong>
              <p class="f-soft">
                {say(duty.role_zh, duty.role_en)} · {duty.code}
              </p>
            </li>
          ))}
          {duties.length === 0 && <li class="f-card">{say("没有分配网格。", "No cell is yours.")}</li>}
        </ul>
        <Patrols />
      </Day>
    </>
  );
}

function CellMap({ cells }: { cells: Cell[] }) {
  const here = fix.value;
  const marks = useMemo(
    () => [...cells.map((cell) => mark("cell", cell.geometry)), ...(here ? [pointMark("here", here)] : [])],
    [cells, here],
  );
  const view = useMemo(() => around(cells.flatMap((cell) => ringsOf(cell.geometry).flat()).map(pointOf)), [cells]);
  if (cells.length === 0) return null;
  return (
    <div class="f-big-map">
      <MapView
        label={say("我的网格地图；下面是同样内容的列表", "Map of my cells; the same stands in the list below")}
        view={view}
        marks={marks}
      />
    </div>
  );
}

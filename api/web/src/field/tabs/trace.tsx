/** What is kept about me: who looked at it, my shifts, and where I was, on a map and as a list. */
import { useMemo } from "preact/hooks";
import { read } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { say } from "../../shared/words";
import { nameOf } from "../locating";
import { MapView } from "../map/map-view";
import { around } from "../map/view";
import { pack } from "../phone";
import { traceMarks } from "../trace";

type Own = components["schemas"]["OwnOut"];

const MOST_LISTED = 100;

export function Trace({ close }: { close: () => void }) {
  const own = useLoaded(() => read<Own>("/api/v1/me/positions"));
  return (
    <Dialog title={say("我的轨迹（31 天内）", "My trace (31 days)")} close={close}>
      <Shown of={own}>{(found) => <Kept {...found} />}</Shown>
    </Dialog>
  );
}

function Kept({ shifts, positions, looks }: Own) {
  return (
    <>
      {positions.length > 0 && <TraceMap shifts={shifts} positions={positions} />}
      <h3>{say(`谁看过：${looks.length} 次`, `Who looked: ${looks.length}`)}</h3>
      <ul class="f-list">
        {looks.map((one) => (
          <li key={`${one.at}${one.login}`} class="f-line-item">
            {dayTime(one.at)} · {one.login} · {one.purpose}
          </li>
        ))}
        {looks.length === 0 && <li class="f-soft">{say("没有人查看过。", "Nobody has looked.")}</li>}
      </ul>
      <h3>{say(`班次：${shifts.length}`, `Shifts: ${shifts.length}`)}</h3>
      <ul class="f-list">
        {shifts.map((one) => (
          <li key={one.id} class="f-line-item">
            {dayTime(one.started_at)} – {one.ended_at ? dayTime(one.ended_at) : say("现在", "now")}
          </li>
        ))}
        {shifts.length === 0 && <li class="f-soft">{say("没有上过岗。", "There was none.")}</li>}
      </ul>
      <h3>{say(`位置：${positions.length} 点`, `Positions: ${positions.length}`)}</h3>
      <ul class="f-list">
        {positions.slice(0, MOST_LISTED).map((one) => (
          <li key={one.at} class="f-line-item">
            {dayTime(one.at)} · {placeOf(one.cell_code)}
            {one.coarse && say("（已模糊）", " (blurred)")}
          </li>
        ))}
        {positions.length > MOST_LISTED && (
          <li class="f-soft">
            {say(
              `另有 ${positions.length - MOST_LISTED} 点，见上图`,
              `${positions.length - MOST_LISTED} more: see the map`,
            )}
          </li>
        )}
        {positions.length === 0 && <li class="f-soft">{say("没有保存位置。", "None is kept.")}</li>}
      </ul>
    </>
  );
}

function placeOf(cell: string | null): string {
  if (!cell) return say("网格外", "outside of all cells");
  return pack.value ? nameOf(pack.value, cell) : cell;
}

function TraceMap({ shifts, positions }: Pick<Own, "shifts" | "positions">) {
  const marks = useMemo(() => traceMarks(positions, shifts), [positions, shifts]);
  const view = useMemo(() => around(positions), [positions]);
  return (
    <div class="f-big-map">
      <MapView
        label={say("我的轨迹；下面是同样内容的列表", "My trace; the same stands in the list below")}
        view={view}
        marks={marks}
      />
    </div>
  );
}

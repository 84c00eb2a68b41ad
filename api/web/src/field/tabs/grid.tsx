/** My cells on the map, what I answer for in them, and the patrols that are due. */
import { useMemo, useState } from "preact/hooks";
import { dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { toast } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { type Found, patrol } from "../acts";
import type { Cell, Checklist, DueWalk } from "../carried";
import { pointOf, ringsOf } from "../geometry";
import { useKept } from "../kept";
import { nameOf } from "../locating";
import { mark, pointMark } from "../map/marks";
import { MapView } from "../map/map-view";
import { holder, pack, post, today } from "../phone";
import { fix } from "../where";
import { Day, Due } from "./parts";

export function Grid() {
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
  const centre = useMemo(() => {
    const points = cells.flatMap((cell) => ringsOf(cell.geometry).flat()).map(pointOf);
    const middle = (of: (one: { lon: number; lat: number }) => number): number =>
      (Math.min(...points.map(of)) + Math.max(...points.map(of))) / 2;
    return { lon: middle((one) => one.lon), lat: middle((one) => one.lat) };
  }, [cells]);
  if (cells.length === 0) return null;
  return (
    <div class="f-big-map">
      <MapView
        label={say("我的网格地图；下面是同样内容的列表", "Map of my cells; the same stands in the list below")}
        view={{ centre, zoom: 15 }}
        marks={marks}
      />
    </div>
  );
}

function Patrols() {
  const patrols = today.value?.patrols;
  const [walk, setWalk] = useState<{ due: DueWalk; checklist: Checklist } | null>(null);
  if (!patrols) return null;
  return (
    <>
      <h2 class="f-title">{say("巡查", "Patrols")}</h2>
      <ul class="f-list">
        {patrols.due.map((due) => {
          const checklist = patrols.checklists.find((one) => one.code === due.checklist_code);
          if (!checklist) return null;
          return (
            <li key={`${due.checklist_code}${due.cell_code}`} class="f-card">
              <h3>{say(checklist.name_zh, checklist.name_en)}</h3>
              <p>{pack.value ? nameOf(pack.value, due.cell_code) : due.cell_code}</p>
              <p class="f-row">
                <Due at={due.due_at} />
                <span class="f-soft">
                  {due.last_at
                    ? say(`上次 ${dayTime(due.last_at)}`, `Last ${dayTime(due.last_at)}`)
                    : say("尚未巡查", "Never walked")}
                </span>
              </p>
              <button type="button" onClick={() => setWalk({ due, checklist })}>
                {say("开始巡查", "Walk it")}
              </button>
            </li>
          );
        })}
        {patrols.due.length === 0 && <li class="f-card">{say("巡查都已完成。", "All patrols are walked.")}</li>}
      </ul>
      {walk && <Walk {...walk} close={() => setWalk(null)} />}
    </>
  );
}

const ANSWERS = [
  { answer: "ok", zh: "正常", en: "Fine" },
  { answer: "found", zh: "有问题", en: "Found" },
  { answer: "not_applicable", zh: "不涉及", en: "Does not apply" },
] as const;

function Walk({ due, checklist, close }: { due: DueWalk; checklist: Checklist; close: () => void }) {
  const blank = { startedAt: new Date().toISOString(), found: {} as Record<string, Found | undefined> };
  const [walked, setWalked, done] = useKept(`patrol:${due.checklist_code}:${due.cell_code}`, blank);
  const open = checklist.items.filter(({ code }) => !walked.found[code]).length;
  const answer = (code: string, found: Found): void =>
    setWalked({ ...walked, found: { ...walked.found, [code]: found } });
  const go = async (): Promise<void> => {
    const owner = holder.value;
    if (!owner || open > 0) return;
    await post([patrol({ checklist, cell: due.cell_code, ...walked }, owner, new Date())]);
    done();
    toast(say("巡查已记下，自动发送", "The patrol is kept; it goes by itself"));
    close();
  };
  return (
    <Dialog title={say(checklist.name_zh, checklist.name_en)} close={close}>
      {checklist.items.map(({ code, zh, en }) => (
        <fieldset key={code} class="f-item">
          <legend>{say(zh, en)}</legend>
          <div class="f-modes">
            {ANSWERS.map((one) => (
              <button
                key={one.answer}
                type="button"
                aria-pressed={walked.found[code]?.answer === one.answer}
                onClick={() => answer(code, { answer: one.answer, note: walked.found[code]?.note ?? "" })}
              >
                {say(one.zh, one.en)}
              </button>
            ))}
          </div>
          {walked.found[code]?.answer === "found" && (
            <label class="f-label">
              {say("说明（上报请另走上报页）", "In words (report it on the report page)")}
              <input
                type="text"
                value={walked.found[code].note}
                onInput={(event) => answer(code, { answer: "found", note: event.currentTarget.value })}
              />
            </label>
          )}
        </fieldset>
      ))}
      {open > 0 && <p class="f-why">{say(`还有 ${open} 项`, `${open} left`)}</p>}
      <div class="f-act">
        <button type="button" class="f-go" aria-disabled={open > 0} onClick={() => void go()}>
          {say("完成巡查", "Done")}
        </button>
      </div>
    </Dialog>
  );
}

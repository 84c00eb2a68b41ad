/** The patrols that are due, and walking one: an answer for each item, and a report of what was found. */
import { useEffect } from "preact/hooks";
import { aheadMs } from "../../shared/api";
import { dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { toast } from "../../shared/ui/toasts";
import { said, say, type Words } from "../../shared/words";
import { type Found, patrol } from "../acts";
import type { Checklist, DueWalk } from "../carried";
import { Icon } from "../icons";
import { ownKey, useKept } from "../kept";
import { nameOf } from "../locating";
import { holder, mine, pack, post, today } from "../phone";
import { keptWords, useOnce } from "../pressing";
import { reportFinding } from "../report/writing";
import { goTo } from "../tab";
import { begunWalk, goneOn, isWalked, type Told, type Walked, walking, walkName } from "../walking";
import { Due } from "./parts";

export function Patrols() {
  const patrols = today.value?.patrols;
  const open = walking.value;
  if (!patrols) return null;
  return (
    <>
      <h2 class="f-title">{say(`巡查 ${patrols.due.length} 项`, `Patrols: ${patrols.due.length}`)}</h2>
      <ul class="f-list">
        {patrols.due.map((due) => {
          const checklist = patrols.checklists.find((one) => one.code === due.checklist_code);
          return checklist && <DueCard key={walkName(due)} due={due} checklist={checklist} />;
        })}
        {patrols.due.length === 0 && <li class="f-card">{say("巡查都已完成。", "All patrols are walked.")}</li>}
      </ul>
      {open && <Walk {...open} close={() => (walking.value = null)} />}
    </>
  );
}

function DueCard({ due, checklist }: { due: DueWalk; checklist: Checklist }) {
  const walked = isWalked(due, mine.value);
  return (
    <li class="f-card">
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
      {walked ? (
        <p class="f-done" role="status">
          ✓ {say("已走完，自动发送", "Walked: it goes by itself")}
        </p>
      ) : (
        <button type="button" class="f-wide" onClick={() => (walking.value = { due, checklist })}>
          {say("开始巡查", "Walk it")}
        </button>
      )}
    </li>
  );
}

const ANSWERS = [
  { answer: "ok", zh: "正常", en: "Fine" },
  { answer: "found", zh: "有问题", en: "Found" },
  { answer: "not_applicable", zh: "不涉及", en: "N/A" },
] as const;

const ANEW: Record<NonNullable<Walked["anew"]>, Words> = {
  late: {
    zh: "这次巡查是一天前开始的，或手机时钟改过：开始时间改为现在。已填的答案还在，请核对。",
    en: "This walk was begun a day ago, or the clock was changed: it begins now. Your answers are there; look them over.",
  },
  past: {
    zh: "上一期没有走完：它的答案不带入这一期。",
    en: "The walk of the last period was not finished: its answers do not count for this one.",
  },
};

function Walk({ due, checklist, close }: { due: DueWalk; checklist: Checklist; close: () => void }) {
  const [walked, setWalked, done] = useKept(walkName(due), begunWalk(due, timeNow()));
  const left = checklist.items.filter(({ code }) => !walked.found[code]).length;
  useEffect(() => {
    if (goneOn(walked, due, timeNow()) !== walked) setWalked((now) => goneOn(now, due, timeNow()));
  });
  const [go, busy] = useOnce(async () => {
    const owner = holder.value;
    const at = timeNow();
    const now = goneOn(walked, due, at);
    if (now !== walked) setWalked(now);
    if (!owner || left > 0 || now !== walked) return;
    const filed = patrol({ checklist, cell: due.cell_code, ...walked }, owner, new Date(at.now));
    const kept = await post([filed]);
    done();
    toast(keptWords(kept, filed));
    close();
  });
  return (
    <Dialog title={say(checklist.name_zh, checklist.name_en)} close={close}>
      {walked.anew && (
        <p class="f-doubt" role="status">
          {said(ANEW[walked.anew])}
        </p>
      )}
      {checklist.items.map((item) => (
        <ItemPart
          key={item.code}
          item={item}
          found={walked.found[item.code]}
          answer={(found) => setWalked((now) => ({ ...now, found: { ...now.found, [item.code]: found } }))}
          report={() => report(due, item, walked.found[item.code]?.note ?? "")}
        />
      ))}
      <div class="f-act">
        {left > 0 && <p class="f-why">{say(`还有 ${left} 项`, `${left} left`)}</p>}
        <button type="button" class="f-go" aria-disabled={left > 0 || busy} onClick={() => go()}>
          {say("完成巡查", "Done")}
        </button>
      </div>
    </Dialog>
  );
}

function timeNow(): Told {
  return { now: Date.now(), aheadMs };
}

type ChecklistItem = Checklist["items"][number];

interface ItemProps {
  item: ChecklistItem;
  found: Found | undefined;
  answer: (found: Found) => void;
  report: () => void;
}

function ItemPart({ item, found, answer, report }: ItemProps) {
  return (
    <fieldset class="f-item">
      <legend>{say(item.zh, item.en)}</legend>
      <div class="f-modes f-thirds">
        {ANSWERS.map((one) => (
          <button
            key={one.answer}
            type="button"
            aria-pressed={found?.answer === one.answer}
            onClick={() => answer({ note: "", ...found, answer: one.answer })}
          >
            {say(one.zh, one.en)}
          </button>
        ))}
      </div>
      {found?.answer === "found" && (
        <>
          <label class="f-label">
            {say("说明", "In words")}
            <input
              type="text"
              maxLength={500}
              value={found.note}
              onInput={(event) => answer({ ...found, note: event.currentTarget.value })}
            />
          </label>
          {found.incident ? (
            <p class="f-done">✓ {say("已上报，随巡查记录", "Reported, and named in the patrol")}</p>
          ) : (
            <button type="button" class="f-wide" onClick={report}>
              <Icon sign="camera" />
              {say("拍照上报这一项", "Report it with a photo")}
            </button>
          )}
        </>
      )}
    </fieldset>
  );
}

/** Goes to the report page with what is known of a finding; the walk stays open meanwhile. */
function report(due: DueWalk, { code, zh, en, matter }: ChecklistItem, note: string): void {
  const known = pack.value?.matters.items.some((one) => one.code === matter);
  const found = { walk: ownKey(walkName(due)), item: code, words: { zh, en } };
  reportFinding(found, { matter: known ? matter : null, text: note });
  goTo("report");
}

/** The outbox: what waits, what was refused and why, and where somebody else was quicker; nothing is dropped by itself. */
import { useState } from "preact/hooks";
import { dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say, type Words } from "../../shared/words";
import { wordsOf } from "../mending";
import { held, isNews, isOpen, isStuck, type Item, notKept, type State } from "../outbox/items";
import { items, mine, theOutbox, wake } from "../phone";
import { photoOf, type Shot } from "../report/draft";
import { Camera } from "../report/photo-part";
import { keepPhoto, postWith } from "../report/writing";
import { Stuck } from "./stuck";

const STATES: Record<State, Words> = {
  waiting: { zh: "待发送", en: "Waits" },
  sending: { zh: "发送中", en: "On its way" },
  sent: { zh: "已发送", en: "Sent" },
  refused: { zh: "被退回", en: "Refused" },
  conflict: { zh: "有冲突", en: "Conflict" },
};

export function OutboxList() {
  const [open, setOpen] = useState<string | null>(null);
  const shown = mine.value.filter((item) => isOpen(item) || isStuck(item) || isNews(item));
  const sent = mine.value.filter((item) => item.state === "sent").length;
  const waits = held(items.value);
  const chosen = shown.find((item) => item.id === open);
  return (
    <section class="f-card">
      <h2>{say("发件箱", "Outbox")}</h2>
      {shown.length === 0 && (
        <p>
          {say("没有待发送的内容。", "Nothing waits.")}
          {sent > 0 && <span class="f-soft">{say(` 最近已发送 ${sent} 件。`, ` ${sent} sent lately.`)}</span>}
        </p>
      )}
      <ul class="f-list">
        {shown.map((item) =>
          isNews(item) ? (
            <News key={item.id} item={item} />
          ) : (
            <Waiting key={item.id} item={item} held={waits.has(item.id)} open={() => setOpen(item.id)} />
          ),
        )}
      </ul>
      {chosen && (
        <Dialog title={said(chosen.label)} close={() => setOpen(null)} wide>
          <Stuck item={chosen} done={() => setOpen(null)} />
        </Dialog>
      )}
    </section>
  );
}

function Waiting({ item, held: isHeld, open }: { item: Item; held: boolean; open: () => void }) {
  const words = wordsOf(item);
  return (
    <li class="f-line-item">
      <p class="f-row">
        <strong class="grow">{said(item.label)}</strong>
        <span class={isStuck(item) ? "f-late" : "f-soft"}>
          {item.withdrawn
            ? say("撤回中", "Being taken back")
            : isHeld
              ? say("等待上一件", "Waits for another")
              : said(STATES[item.state])}
        </span>
      </p>
      {words && <p>{words}</p>}
      <p class="f-soft">
        {dayTime(item.madeAt)}
        {item.tries > 0 && say(` · 已试 ${item.tries} 次`, ` · ${item.tries} ${item.tries === 1 ? "try" : "tries"}`)}
        {item.unsaved && say(" · 仅在内存", " · in memory only")}
      </p>
      {isStuck(item) ? (
        <button type="button" onClick={open}>
          {item.state === "conflict" ? say("对照两个版本", "Compare both") : say("查看原因并处理", "See why, and mend")}
        </button>
      ) : (
        <Unsent item={item} />
      )}
    </li>
  );
}

/** What can still be done with something that has not arrived: a report may get more photos, or be taken back. */
function Unsent({ item }: { item: Item }) {
  const [sure, setSure] = useState(false);
  const isReport = item.kind === "report";
  if (item.withdrawn || (item.begun && !isReport)) return null;
  const back = async (): Promise<void> => {
    const done = await theOutbox().withdraw(item.id);
    wake();
    toast(
      done
        ? item.begun
          ? say("有信号时核对：未送达即撤回", "Once there is signal: taken back if it has not arrived")
          : say("已撤回", "Taken back")
        : say("已经送达，不能撤回", "It has arrived already"),
    );
  };
  return (
    <div class="f-row f-acts">
      {isReport && <Camera add={(files) => morePhotos(item, files)} />}
      <button
        type="button"
        class={sure ? "danger" : ""}
        onClick={() => {
          if (!sure) setSure(true);
          else void back().catch(toastError);
        }}
      >
        {sure ? say("再点一次，不再发送", "Once more: do not send it") : say("撤回", "Take back")}
      </button>
    </div>
  );
}

async function morePhotos(report: Item, files: readonly File[]): Promise<void> {
  const { account, chain } = report;
  const before = mine.value.filter((item) => item.chain === chain && item.kind === "evidence").length;
  const shots: Shot[] = [];
  for (const file of files) shots.push(await keepPhoto(file));
  const common = { account, chain, madeAt: new Date().toISOString() };
  const drafts = shots.map((shot, at) => photoOf(shot, { ...common, order: before + at + 1 }));
  await postWith(shots, drafts);
}

const REASONS: Record<string, string> = {
  "taken off duty": "不在班次时间内",
  "too old, or from the future: check the clock of the phone": "时间过早或在未来，请核对手机时钟",
};

function News({ item }: { item: Item }) {
  const { count, reasons } = notKept(item);
  return (
    <li class="f-line-item">
      <p class="f-row">
        <strong class="grow">{said(item.label)}</strong>
        <span class="f-soft">{said(STATES[item.state])}</span>
      </p>
      <p class="f-doubt">
        {count
          ? say(
              `${count} 点未被接受：${reasons.map((one) => REASONS[one] ?? one).join("；")}`,
              `${count} positions were not kept: ${reasons.join("; ")}`,
            )
          : say(
              "撤回前已经送达，可到“我上报的”查看。",
              "It had arrived before you took it back: see what you reported.",
            )}
      </p>
      <button type="button" onClick={() => void theOutbox().discard(item.id).catch(toastError)}>
        {say("知道了", "Seen")}
      </button>
    </li>
  );
}

export async function throwAway(item: Item): Promise<void> {
  await theOutbox().discard(item.id);
}

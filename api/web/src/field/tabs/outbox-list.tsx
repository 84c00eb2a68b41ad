/** The outbox: what waits, what was refused and why, and where somebody else was quicker; nothing is dropped by itself. */
import { useState } from "preact/hooks";
import { dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { said, say, type Words } from "../../shared/words";
import { held, isOpen, isStuck, type Item, type State } from "../outbox/items";
import { items, mine, theOutbox } from "../phone";
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
  const shown = mine.value.filter((item) => isOpen(item) || isStuck(item));
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
        {shown.map((item) => (
          <li key={item.id} class="f-line-item">
            <p class="f-row">
              <strong class="grow">{said(item.label)}</strong>
              <span class={isStuck(item) ? "f-late" : "f-soft"}>
                {waits.has(item.id) ? say("等待上一件", "Waits for another") : said(STATES[item.state])}
              </span>
            </p>
            <p class="f-soft small">
              {dayTime(item.madeAt)}
              {item.tries > 0 && say(` · 已试 ${item.tries} 次`, ` · ${item.tries} tries`)}
              {item.unsaved && say(" · 仅在内存", " · in memory only")}
            </p>
            {isStuck(item) && (
              <button type="button" onClick={() => setOpen(item.id)}>
                {item.state === "conflict"
                  ? say("对照两个版本", "Compare both")
                  : say("查看原因并处理", "See why, and mend")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {chosen && (
        <Dialog title={said(chosen.label)} close={() => setOpen(null)} wide>
          <Stuck item={chosen} done={() => setOpen(null)} />
        </Dialog>
      )}
    </section>
  );
}

export async function throwAway(item: Item): Promise<void> {
  await theOutbox().discard(item.id);
}

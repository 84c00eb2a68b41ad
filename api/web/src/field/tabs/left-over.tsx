/** What was filled in for a task or a whistle that has left the day since: it is not lost with its card. */
import { useEffect, useState } from "preact/hooks";
import { toastError } from "../../shared/ui/toasts";
import { said, say } from "../../shared/words";
import { ACT_WORDS } from "../acts";
import { begin, type Begun, begunOf, type Unfinished, filledBy, keptAs, leftOver } from "../begun";
import { forgetFilled, ownKey } from "../kept";
import { holder, today } from "../phone";
import { drop } from "../report/writing";

export function LeftOver({ what }: { what: Begun["what"] }) {
  const [filled, setFilled] = useState<Unfinished[]>([]);
  const [gone, setGone] = useState(0);
  const account = holder.value?.account_id;
  const day = today.value;
  const open = begunOf(what);
  useEffect(() => {
    let ended = false;
    if (account && !open) {
      filledBy(account, what)
        .then((found) => !ended && setFilled(found))
        .catch(toastError);
    }
    return () => {
      ended = true;
    };
  }, [account, what, day, open, gone]);
  const left = open ? [] : leftOver(filled, day);
  if (left.length === 0) return null;
  return (
    <section class="f-card">
      <h2>{say("没写完的", "Not finished")}</h2>
      <ul class="f-list">
        {left.map((one) => (
          <Row key={keptAs(one.upon)} one={one} gone={() => setGone(gone + 1)} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one, gone }: { one: Unfinished & { upon: Begun }; gone: () => void }) {
  const [sure, setSure] = useState(false);
  const throwAway = async (): Promise<void> => {
    for (const { id } of one.shots) await drop(id);
    await forgetFilled(ownKey(keptAs(one.upon)));
    gone();
  };
  return (
    <li class="f-line-item">
      <p>
        <strong>{titleOf(one.upon)}</strong>
      </p>
      {one.words && <p>{one.words}</p>}
      {one.shots.length > 0 && (
        <p class="f-soft">{say(`照片 ${one.shots.length} 张`, `Photos: ${one.shots.length}`)}</p>
      )}
      <p class="f-soft">{say("它已不在今天的列表里。", "It is no longer among today's.")}</p>
      <div class="f-row f-acts">
        <button type="button" onClick={() => begin(one.upon)}>
          {say("继续填写", "Go on")}
        </button>
        <button
          type="button"
          class={sure ? "danger" : ""}
          onClick={() => {
            if (!sure) setSure(true);
            else throwAway().catch(toastError);
          }}
        >
          {sure ? say("再点一次，永久删除", "Once more: delete it for good") : say("删除", "Delete")}
        </button>
      </div>
    </li>
  );
}

export function titleOf(upon: Begun): string {
  return upon.what === "act"
    ? `${said(ACT_WORDS[upon.act])} · ${upon.task.matter ?? upon.task.number}`
    : `${say("填报措施", "File a measure")} · ${upon.whistle.number}`;
}

/** Said while it is filled in, once somebody else was quicker. */
export function Overtaken() {
  return (
    <p class="f-doubt" role="status">
      {say(
        "填写期间这件事有了变化：写的内容不会丢；提交后如有冲突，会请您对照。",
        "It has changed while you wrote. Nothing you wrote is lost; if it contradicts, you will see both versions.",
      )}
    </p>
  );
}

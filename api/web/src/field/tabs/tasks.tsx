/** The cases that wait for me, the first due first, with what I may do. */
import { STAGES, STEPS } from "../../shared/terms";
import { said, say } from "../../shared/words";
import { ACT_WORDS, type Asked } from "../acts";
import { begin, begunOf } from "../begun";
import type { Task } from "../carried";
import { mine, pack, today } from "../phone";
import { nameOf } from "../locating";
import { isOpen } from "../outbox/items";
import { isDecided } from "../pressing";
import { ActDialog } from "./act-dialog";
import { LeftOver } from "./left-over";
import { Day, Due } from "./parts";

const OURS: Asked["act"][] = ["verify", "send_back", "accept", "feed_back", "note"];

export function Tasks() {
  const tasks = today.value?.tasks ?? [];
  const upon = begunOf("act");
  return (
    <>
      <h1 class="f-title">{say(`我的任务 ${tasks.length} 件`, `My tasks: ${tasks.length}`)}</h1>
      <Day>
        {tasks.length === 0 && <p class="f-card">{say("没有待办任务。", "Nothing waits for you.")}</p>}
        <ul class="f-list">
          {tasks.map((task) => (
            <TaskCard key={task.incident_id} task={task} />
          ))}
        </ul>
      </Day>
      <LeftOver what="act" />
      {upon && <ActDialog upon={upon} />}
    </>
  );
}

function TaskCard({ task }: { task: Task }) {
  const decided = isDecided(mine.value, task);
  const under = mine.value.filter((item) => item.chain === task.incident_id && isOpen(item));
  const place = task.address ?? (pack.value && task.cell_code ? nameOf(pack.value, task.cell_code) : null);
  return (
    <li class="f-card">
      <h2>{task.matter ?? task.number}</h2>
      <p class="f-row">
        <span class="f-stage">{said(STAGES[task.stage])}</span>
        <Due at={task.deadline_at} what={task.due_kind ? said(STEPS[task.due_kind]) : ""} />
      </p>
      {task.text && <p>{task.text}</p>}
      <p class="f-soft">
        {place} · {task.number}
      </p>
      {under.length > 0 && (
        <p class="f-doubt" role="status">
          {say("待发送：", "To be sent: ")}
          {under.map((item) => said(item.label)).join(say("、", ", "))}
        </p>
      )}
      <div class="f-row f-acts">
        {OURS.filter((one) => task.acts.includes(one)).map((one) => (
          <button
            key={one}
            type="button"
            class={one === "verify" || one === "accept" ? "strong" : ""}
            disabled={decided && one !== "note"}
            onClick={() => begin({ what: "act", task, act: one })}
          >
            {said(ACT_WORDS[one])}
          </button>
        ))}
      </div>
    </li>
  );
}

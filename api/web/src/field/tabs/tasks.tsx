/** The cases that wait for me, the first due first, with what I may do. */
import { useState } from "preact/hooks";
import { STAGES, STEPS } from "../../shared/terms";
import { toast, toastError } from "../../shared/ui/toasts";
import { Dialog } from "../../shared/ui/dialog";
import { said, say } from "../../shared/words";
import { ACT_WORDS, type Asked, caseAct } from "../acts";
import type { Task } from "../carried";
import { useKept } from "../kept";
import { holder, mine, pack, post, today } from "../phone";
import { nameOf } from "../locating";
import { isOpen } from "../outbox/items";
import type { Shot } from "../report/draft";
import { Camera, Shots } from "../report/photo-part";
import { reading } from "../report/photos";
import { drop, keepPhoto, looseOf } from "../report/writing";
import { Day, Due } from "./parts";

const OURS: Asked["act"][] = ["verify", "send_back", "accept", "feed_back", "note"];

export function Tasks() {
  const tasks = today.value?.tasks ?? [];
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
    </>
  );
}

function TaskCard({ task }: { task: Task }) {
  const [act, setAct] = useState<Asked["act"] | null>(null);
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
            onClick={() => setAct(one)}
          >
            {said(ACT_WORDS[one])}
          </button>
        ))}
      </div>
      {act && <ActDialog task={task} act={act} close={() => setAct(null)} />}
    </li>
  );
}

const WANTED: Asked["act"][] = ["send_back", "note", "feed_back"];

function ActDialog({ task, act, close }: { task: Task; act: Asked["act"]; close: () => void }) {
  const blank = { words: "", shots: [] as Shot[] };
  const [draft, setDraft, done] = useKept(`act:${task.incident_id}:${act}`, blank);
  const why = reading.value
    ? say("照片处理中，请稍候", "A photo is being read: a moment")
    : WANTED.includes(act) && !draft.words.trim()
      ? say("请写几个字", "Say it in a few words")
      : null;
  const go = async (): Promise<void> => {
    const owner = holder.value;
    if (why || !owner) return;
    const kept = await post(caseAct(task, { act, ...draft }, owner, new Date()), looseOf(draft.shots));
    done();
    toast(
      kept ? say("已记下，自动发送", "Kept: it goes by itself") : say("存储已满，仅在内存中", "Kept in memory only"),
    );
    close();
  };
  const add = async (files: File[]): Promise<void> => {
    for (const file of files) {
      const shot = await keepPhoto(file);
      setDraft((now) => ({ ...now, shots: [...now.shots, shot] }));
    }
  };
  return (
    <Dialog title={`${said(ACT_WORDS[act])} · ${task.matter ?? task.number}`} close={close}>
      <label class="f-label" for="act-words">
        {act === "send_back" ? say("为什么退回", "Why it is sent back") : say("说明", "In words")}
      </label>
      <textarea
        id="act-words"
        rows={3}
        maxLength={500}
        value={draft.words}
        onInput={(event) => setDraft((now) => ({ ...now, words: event.currentTarget.value }))}
      />
      {draft.shots.length > 0 && (
        <Shots
          shots={draft.shots}
          drop={async (id) => {
            setDraft((now) => ({ ...now, shots: now.shots.filter((shot) => shot.id !== id) }));
            await drop(id);
          }}
        />
      )}
      {why && <p class="f-why">{why}</p>}
      <div class="f-thumb f-act">
        {act !== "accept" && <Camera add={add} />}
        <button type="button" class="f-go" aria-disabled={why !== null} onClick={() => void go().catch(toastError)}>
          {said(ACT_WORDS[act])}
        </button>
      </div>
    </Dialog>
  );
}

/** An act upon a case, while it is filled in: upon the case as it was shown when that was begun. */
import { toast } from "../../shared/ui/toasts";
import { Dialog } from "../../shared/ui/dialog";
import { said, say } from "../../shared/words";
import { ACT_WORDS, type Asked, caseAct } from "../acts";
import { type Begun, close, type Unfinished, isOvertaken, keptAs } from "../begun";
import { useKept } from "../kept";
import { holder, today } from "../phone";
import { useOnce } from "../pressing";
import { Camera, Shots } from "../report/photo-part";
import { reading } from "../report/photos";
import { drop, keepPhoto, postWith } from "../report/writing";
import { Overtaken, titleOf } from "./left-over";

const WANTED: Asked["act"][] = ["send_back", "note", "feed_back"];

export function ActDialog({ upon }: { upon: Begun & { what: "act" } }) {
  const { task, act } = upon;
  const [filled, setFilled, done] = useKept<Unfinished>(keptAs(upon), { words: "", shots: [] });
  const { words, shots } = filled;
  const change = (next: (now: Unfinished) => Partial<Unfinished>): void =>
    setFilled((now) => ({ ...now, ...next(now), upon }));
  const why = reading.value
    ? say("照片处理中，请稍候", "A photo is being read: a moment")
    : WANTED.includes(act) && !words.trim()
      ? say("请写几个字", "Say it in a few words")
      : null;
  const [go, busy] = useOnce(async () => {
    const owner = holder.value;
    if (why || !owner) return;
    const kept = await postWith(shots, caseAct(task, { act, words, shots }, owner, new Date()));
    done();
    toast(
      kept ? say("已记下，自动发送", "Kept: it goes by itself") : say("存储已满，仅在内存中", "Kept in memory only"),
    );
    close();
  });
  const add = async (files: File[]): Promise<void> => {
    for (const file of files) {
      const shot = await keepPhoto(file);
      change((now) => ({ shots: [...now.shots, shot] }));
    }
  };
  return (
    <Dialog title={titleOf(upon)} close={close}>
      {isOvertaken(upon, today.value) && <Overtaken />}
      <label class="f-label" for="act-words">
        {act === "send_back" ? say("为什么退回", "Why it is sent back") : say("说明", "In words")}
      </label>
      <textarea
        id="act-words"
        rows={3}
        maxLength={500}
        value={words}
        onInput={(event) => {
          const { value } = event.currentTarget;
          change(() => ({ words: value }));
        }}
      />
      {shots.length > 0 && (
        <Shots
          shots={shots}
          drop={async (id) => {
            change((now) => ({ shots: now.shots.filter((shot) => shot.id !== id) }));
            await drop(id);
          }}
        />
      )}
      {why && <p class="f-why">{why}</p>}
      <div class="f-thumb f-act">
        {act !== "accept" && <Camera add={add} still={busy} />}
        <button type="button" class="f-go" aria-disabled={why !== null || busy} onClick={() => go()}>
          {said(ACT_WORDS[act])}
        </button>
      </div>
    </Dialog>
  );
}

/** What was done on site, while it is filled in. */
import { toast } from "../../shared/ui/toasts";
import { Dialog } from "../../shared/ui/dialog";
import { say } from "../../shared/words";
import { whistleAct } from "../acts";
import { type Begun, close, type Unfinished, isOvertaken, keptAs } from "../begun";
import { useKept } from "../kept";
import { holder, post, today } from "../phone";
import { keptWords, useOnce } from "../pressing";
import { Overtaken, titleOf } from "./left-over";

export function MeasureDialog({ upon }: { upon: Begun & { what: "measure" } }) {
  const { whistle, organisation } = upon;
  const [{ words }, setFilled, done] = useKept<Unfinished>(keptAs(upon), { words: "", shots: [] });
  const [go, busy] = useOnce(async () => {
    const owner = holder.value;
    if (!owner || !words.trim()) return;
    const filed = whistleAct({ whistle, organisation, act: "measures", words: words.trim() }, owner, new Date());
    const kept = await post([filed]);
    done();
    toast(keptWords(kept, filed));
    close();
  });
  return (
    <Dialog title={titleOf(upon)} close={close}>
      {isOvertaken(upon, today.value) && <Overtaken />}
      <label class="f-label" for="measure">
        {say("在现场做了什么", "What was done on site")}
      </label>
      <textarea
        id="measure"
        rows={4}
        value={words}
        onInput={(event) => {
          const { value } = event.currentTarget;
          setFilled((now) => ({ ...now, words: value, upon }));
        }}
      />
      <button type="button" class="f-go" aria-disabled={!words.trim() || busy} onClick={() => go()}>
        {say("填报措施", "File a measure")}
      </button>
    </Dialog>
  );
}

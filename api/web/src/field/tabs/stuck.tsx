/** An item that did not get through: why, both versions, and what its owner wants to do with it. */
import { useState } from "preact/hooks";
import { heard, tongueOf } from "../../shared/heard";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say } from "../../shared/words";
import { uuid7 } from "../../shared/uuid";
import { linesOf, whyOf, wordsOf } from "../mending";
import type { Item } from "../outbox/items";
import { pack, theOutbox, wake } from "../phone";
import { useOnce } from "../pressing";
import { type Place, placeOf, positionOf } from "../report/draft";
import { found } from "../report/matters";
import { OtherPlace } from "../report/other-place";
import { type Again, Both } from "./both";
import { throwAway } from "./outbox-list";
import { StuckPhoto } from "./stuck-photo";

export function Stuck({ item, done }: { item: Item; done: () => void }) {
  const trouble = item.trouble;
  const [sure, setSure] = useState(false);
  const [again, busy] = useOnce(async (mend: (one: Item) => Item) => {
    const id = item.kind === "evidence" || item.request.body["id"] ? uuid7() : item.id;
    if (id === item.id) await theOutbox().retry(item.id);
    else await theOutbox().renew(item.id, id, mend);
    wake();
    toast(say("将重新发送", "It goes again"));
    done();
  });
  if (!trouble) return null;
  return (
    <>
      <p>
        <strong>{said(whyOf(item))}</strong>
      </p>
      {linesOf(trouble)
        .map(heard)
        .map((line) => (
          <p key={line} lang={tongueOf(line)} class="f-soft">
            {line}
          </p>
        ))}
      {item.kind === "evidence" ? (
        <StuckPhoto item={item} again={() => again((one) => one)} busy={busy} done={done} />
      ) : item.state === "conflict" ? (
        <Both item={item} again={again} busy={busy} />
      ) : (
        <Mend item={item} again={again} busy={busy} />
      )}
      <button type="button" class="f-wide" onClick={() => void copy(item)}>
        {say("复制内容", "Copy the content")}
      </button>
      <button
        type="button"
        class="f-wide danger"
        onClick={() => {
          if (!sure) setSure(true);
          else throwAway(item).then(done).catch(toastError);
        }}
      >
        {sure
          ? say("再点一次，永久删除我的这一版", "Once more: delete my version for good")
          : say("放弃我的这一版", "Give my version up")}
      </button>
    </>
  );
}

/** What can be put right by hand: the words, and the matter and the place of a report. */
function Mend({ item, again, busy }: { item: Item; again: Again; busy: boolean }) {
  const [words, setWords] = useState(wordsOf(item));
  const [matter, setMatter] = useState((item.request.body["matter"] as string | undefined) ?? "");
  const [place, setPlace] = useState<Place | null>(null);
  const field = ["text", "reason", "report"].find((name) => name in item.request.body);
  const mended = (one: Item): Item => {
    const put = { ...(field ? { [field]: words } : {}), ...(matter ? { matter } : {}) };
    const body = { ...one.request.body, ...put, ...(place ? { position: positionOf(place) } : {}) };
    return { ...one, request: { ...one.request, body } };
  };
  return (
    <>
      {field && (
        <>
          <label class="f-label" for="mended">
            {say("说明", "In words")}
          </label>
          <textarea id="mended" rows={3} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </>
      )}
      {matter && (
        <>
          <label class="f-label" for="mended-matter">
            {say("事项", "Matter")}
          </label>
          <select id="mended-matter" value={matter} onChange={(event) => setMatter(event.currentTarget.value)}>
            {found(pack.value?.matters.items ?? [], "").map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </>
      )}
      {item.kind === "report" && (
        <OtherPlace before={placeOf(item.request.body["position"])} place={place} matter={matter} choose={setPlace} />
      )}
      <button type="button" class="f-wide strong" disabled={busy} onClick={() => again(mended)}>
        {say("改好，重新发送", "Send it again")}
      </button>
    </>
  );
}

async function copy(item: Item): Promise<void> {
  const text = JSON.stringify({ label: item.label, madeAt: item.madeAt, ...item.request }, null, 2);
  const { clipboard } = navigator as { clipboard?: Clipboard };
  const written = clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  const done = (await written) === true || copyOldWay(text);
  toast(done ? say("已复制", "Copied") : say("浏览器不允许复制", "The browser does not let us copy"));
}

/** Plain http knows no other way. */
function copyOldWay(text: string): boolean {
  const box = document.createElement("textarea");
  box.value = text;
  // Inside the dialog: what lies outside of it cannot be chosen.
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  box.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const done = document.execCommand("copy");
  box.remove();
  return done;
}

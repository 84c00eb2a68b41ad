/** A photo that did not get through: it may go again, smaller, or another goes in its stead. */
import { useState } from "preact/hooks";
import { toast } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { withShot } from "../mending";
import type { Item } from "../outbox/items";
import { pictureOf, theOutbox, wake } from "../phone";
import { useOnce } from "../pressing";
import { Camera } from "../report/photo-part";
import { LARGE_BYTES, shrink, taken } from "../report/photos";
import { smaller } from "../report/writing";

interface Asked {
  item: Item;
  again: () => void;
  busy: boolean;
  done: () => void;
}

export function StuckPhoto({ item, again, busy: going, done }: Asked) {
  const [least, setLeast] = useState(false);
  const isHere = item.trouble?.kind !== "photo-lost";
  const isLarge = item.trouble?.status === 413 || Number(item.request.body["size"]) > LARGE_BYTES;
  const goesAsIs = isHere && item.trouble?.status !== 413 && item.trouble?.kind !== "upload-refused";
  const [sendSmaller, busy] = useOnce(async () => {
    const made = await smallerOf(item);
    setLeast(made === null);
    if (made) await putInstead(item, made, done);
  });
  return (
    <>
      {isHere && isLarge && (
        <button type="button" class="f-wide strong" disabled={busy || least} onClick={() => sendSmaller()}>
          {say("缩小后重发", "Make it smaller and send it")}
        </button>
      )}
      {least && <p class="f-doubt">{say("不能再小了：请另拍一张。", "It gets no smaller: take another.")}</p>}
      <p class="f-row">
        <span class="grow">{say("另拍一张代替它", "Another in its stead")}</span>
        <Camera
          add={async ([file]) => {
            if (file) await putInstead(item, file, done, smaller.value);
          }}
        />
      </p>
      {goesAsIs && (
        <button type="button" class="f-wide" disabled={going} onClick={again}>
          {say("原样重发", "Send it again as it is")}
        </button>
      )}
    </>
  );
}

/** The photo made smaller; null where it gets no smaller. */
async function smallerOf(item: Item): Promise<File | null> {
  const found = await pictureOf(item.id);
  const made = found && (await shrink(new Blob([found.bytes], { type: found.type })));
  return made ? new File([made], String(item.request.body["name"]), { type: made.type }) : null;
}

async function putInstead(item: Item, file: File, done: () => void, small = false): Promise<void> {
  const { shot, picture } = await taken(file, small);
  await theOutbox().renew(item.id, shot.id, (one) => withShot(one, shot), picture);
  wake();
  toast(say("将重新发送", "It goes again"));
  done();
}

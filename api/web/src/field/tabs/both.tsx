/** Mine beside theirs; the worker decides. */
import { useEffect } from "preact/hooks";
import { Unreachable } from "../../shared/api";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import { said, say } from "../../shared/words";
import { asNote, wordsOf } from "../mending";
import type { Item } from "../outbox/items";
import { pack, reached } from "../phone";
import { standingWords } from "../standing";
import { type Stored, storedOf } from "../stored";

export type Again = (mend: (one: Item) => Item) => void;

export function Both({ item, again, busy }: { item: Item; again: Again; busy: boolean }) {
  const theirs = useLoaded(() => storedOf(item));
  const online = reached.value;
  useEffect(() => {
    if (online && theirs.error.peek()) void theirs.reload();
  }, [online, theirs]);
  const revision = theirs.value.value?.["revision"];
  return (
    <>
      <table class="f-both">
        <thead>
          <tr>
            <th scope="col">{say("我的", "Mine")}</th>
            <th scope="col">{say("服务器上的", "On the server")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>
              <p>{said(item.label)}</p>
              {wordsOf(item) && <p>{wordsOf(item)}</p>}
            </td>
            <td>
              <Theirs theirs={theirs} />
            </td>
          </tr>
        </tbody>
      </table>
      <button type="button" class="f-wide strong" disabled={busy} onClick={() => again((one) => upon(one, revision))}>
        {say("按现状仍然提交", "Submit it all the same")}
      </button>
      {item.kind === "case_act" && wordsOf(item) && (
        <button type="button" class="f-wide" disabled={busy} onClick={() => again(asNote)}>
          {say("改存为备注", "Keep it as a note")}
        </button>
      )}
    </>
  );
}

function Theirs({ theirs }: { theirs: Loaded<Stored> }) {
  const carried = pack.value?.organisations ?? [];
  const rows = standingWords(theirs.value.value ?? {}, (code) => carried.find((one) => one.code === code)?.name);
  if (!rows.length) return <span class="f-soft">{whyNone(theirs)}</span>;
  return (
    <dl class="f-facts">
      {rows.flatMap(([name, value]) => [<dt key={name.en}>{said(name)}</dt>, <dd key={`${name.en}=`}>{value}</dd>])}
    </dl>
  );
}

function whyNone({ value, error, busy }: Loaded<Stored>): string {
  if (busy.value) return say("正在取…", "Being fetched…");
  if (!value.value && error.value instanceof Unreachable) return say("有信号时显示", "Shown once there is signal");
  return say("服务器没有提供它的内容", "The server does not show what it holds");
}

/** The item as decided upon what the server shows by now. */
function upon(one: Item, revision: unknown): Item {
  if (typeof revision !== "number" || !one.request.ifMatch) return one;
  return { ...one, request: { ...one.request, ifMatch: `"${revision}"` } };
}

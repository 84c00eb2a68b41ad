/** What is pressed is asked for once, by whatever finger taps twice, and whoever presses again before the server was heard. */
import { useRef, useState } from "preact/hooks";
import { toastError } from "../shared/ui/toasts";
import { say } from "../shared/words";
import type { Task } from "./carried";
import { type Draft, isOpen, isStuck, type Item } from "./outbox/items";

/** Work that is not begun again while it is under way; and whether it is. What goes wrong is said. */
export function useOnce<A extends unknown[]>(work: (...given: A) => Promise<void>): [(...given: A) => void, boolean] {
  const under = useRef(false);
  const [busy, setBusy] = useState(false);
  const press = (...given: A): void => {
    if (under.current) return;
    under.current = true;
    setBusy(true);
    void work(...given)
      .catch(toastError)
      .finally(() => {
        under.current = false;
        setBusy(false);
      });
  };
  return [press, busy];
}

/** Whether something that decides upon a case waits to be sent, or was since the case was shown as it is: a note is none. */
export function isDecided(items: readonly Item[], { incident_id, revision }: Task): boolean {
  return items.some((item) => {
    const decides = item.kind === "case_act" && item.chain === incident_id && item.request.ifMatch !== undefined;
    return decides && (isOpen(item) || (item.state === "sent" && item.request.ifMatch === `"${revision}"`));
  });
}

/** The acts upon a summons that were asked for already. Those that were sent stay until the server has told the day anew. */
export function askedOf(items: readonly Item[], whistle: string, organisation: string): Set<string> {
  const ours = items.filter(({ kind, chain, request }) => {
    const isAct = kind === "check_in" || kind === "whistle_act";
    return isAct && chain === whistle && request.body["organisation_code"] === organisation;
  });
  const asked = ours.filter((item) => !isStuck(item)).map(({ request }) => request.path.replace(/^.*\//, ""));
  // Whoever has arrived need not say that they will come.
  return new Set(asked.includes("check-in") ? [...asked, "acknowledge"] : asked);
}

/** What was kept of an act, and where: with a position only where there was one. */
export function keptWords(kept: boolean, { request: { path, body } }: Draft): string {
  if (!kept)
    return say("存储已满，仅在本页内存中，请勿关闭页面", "The phone is full: kept in this page only, do not close it");
  if (body["position"]) return say("已记下时间和位置，自动发送", "Time and place are kept; it goes by itself");
  return /\/(check-in|vouch)$/.test(path)
    ? say("已记下时间，没有定位，自动发送", "The time is kept, without a position; it goes by itself")
    : say("已记下，自动发送", "Kept: it goes by itself");
}

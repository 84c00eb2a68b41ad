/** Where the focus goes: to what is there a moment later, and on from what is taken away. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Takes the focus to the element of an id once it is there: what moves in the page would lose it. */
export function useFocus(): (id: string) => void {
  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (wanted.current !== null) document.getElementById(wanted.current)?.focus();
    wanted.current = null;
  });
  return (id) => (wanted.current = id);
}

/** Whoever has the focus on what is taken away has it on what comes next, and does not begin at the page's top again. */
export function useHeir(of: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const leaving = of.current;
    // Asked while it still stands in its place.
    return () => {
      if (leaving && document.activeElement === leaving) passOn(leaving);
    };
  }, [of]);
}

/** No field that is written in: a phone would show its keyboard. */
const HEIRS = "button, a[href], summary";

function passOn(leaving: HTMLElement): void {
  const around = leaving.closest("dialog, main");
  if (!around) return;
  const after = [...around.querySelectorAll<HTMLElement>(HEIRS)].filter(
    (one) => leaving.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  // Once it is gone, and unless somebody else has taken it.
  queueMicrotask(() => {
    if (!isLost() || !around.isConnected) return;
    const heir = after.find((one) => one.isConnected && one.getClientRects().length);
    if (heir) heir.focus({ preventScroll: true });
    else toHeading(around);
  });
}

/** What had the focus when each dialog was opened. */
const openers = new WeakMap<Element, Element>();

/** Remembers from where a dialog was opened. Returns the way to give the focus back there once it is gone. */
export function openedFrom(dialog: Element, before: Element | null): () => void {
  if (before) openers.set(dialog, before);
  return () => giveBack(before);
}

/** To who had it, or to who had it before them where their dialog is gone, too; else to the heading of what is on top. */
function giveBack(before: Element | null): void {
  let back = before;
  while (back && !back.isConnected) back = openers.get(back.closest("dialog") ?? back) ?? null;
  if (back instanceof HTMLElement) back.focus();
  else if (isLost()) toHeading([...document.querySelectorAll("dialog[open], main")].at(-1));
}

const isLost = (): boolean => document.activeElement === document.body;

function toHeading(around: Element | undefined): void {
  const heading = around?.querySelector<HTMLElement>("h1, h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

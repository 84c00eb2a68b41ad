/** What was typed and is kept nowhere yet: whoever would lose it is asked first. */
import { createContext } from "preact";
import { useContext, useLayoutEffect } from "preact/hooks";

const everywhere = new Set<symbol>();

addEventListener("beforeunload", (event) => {
  if (everywhere.size) event.preventDefault();
});

/** Whether anything on the page would be lost by leaving it. */
export function unsaved(): boolean {
  return everywhere.size > 0;
}

/** Lets go what was typed anywhere: whoever typed it has said so. */
export function forgo(): void {
  everywhere.clear();
}

/** A place that can be closed by itself, as a dialog: what would be lost inside it, and the way to ask it to close. */
export interface Closable {
  readonly kept: Set<symbol>;
  close: () => void;
}

export const Around = createContext<Closable | null>(null);

/** Tells the page, and the dialog around, that something would be lost as long as `changed` holds. */
export function useUnsaved(changed: boolean): void {
  const around = useContext(Around);
  // At once: whoever presses Escape the moment they typed is asked, too.
  useLayoutEffect(() => {
    if (!changed) return undefined;
    const mine = Symbol("unsaved");
    const places = [everywhere, ...(around ? [around.kept] : [])];
    places.forEach((place) => place.add(mine));
    return () => places.forEach((place) => place.delete(mine));
  }, [changed, around]);
}

/** Which page of the desk is open; the address says so, going back works, and nothing typed is lost by either. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Losing } from "../shared/ui/dialog";
import { unsaved } from "../shared/ui/unsaved";

export const path = signal(location.pathname);
/** Counts the pages that were gone to: whoever reads by ear is taken to the heading of each but the first. */
export const turns = signal(0);
/** Where somebody wants to go who would lose what they typed. */
const wanted = signal<string | null>(null);

addEventListener("popstate", () => {
  if (!unsaved()) {
    arrive();
    return;
  }
  // The browser is there already: it is taken back to what is shown until one has decided.
  const to = location.pathname;
  history.pushState(null, "", path.value);
  wanted.value = to;
});

export function go(to: string): void {
  if (to !== path.value && unsaved()) {
    wanted.value = to;
    return;
  }
  history.pushState(null, "", to);
  arrive();
}

function arrive(): void {
  path.value = location.pathname;
  turns.value += 1;
  scrollTo(0, 0);
}

/** Stands once on the page. */
export function Leaving() {
  const to = wanted.value;
  if (to === null) return null;
  const leave = (): void => {
    wanted.value = null;
    history.pushState(null, "", to);
    arrive();
  };
  return <Losing stay={() => (wanted.value = null)} leave={leave} />;
}

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  here?: boolean;
}

export function Link({ to, children, class: name, here }: LinkProps) {
  return (
    <a
      href={to}
      class={name}
      aria-current={here ? "page" : undefined}
      onClick={(event) => {
        // Whoever wants another tab gets one.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}

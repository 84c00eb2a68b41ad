/** Which page of the desk is open; the address says so, going back works, and nothing typed is lost by either. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Losing } from "../shared/ui/dialog";
import { unsaved } from "../shared/ui/unsaved";

export const path = signal(location.pathname);
/** Counts the pages that were gone to: whoever reads by ear is taken to the heading of each but the first. */
export const turns = signal(0);
/** What somebody wants to do who would lose by it what they typed. */
const wanted = signal<(() => void) | null>(null);

addEventListener("popstate", () => {
  const to = location.pathname;
  // Another place on the same page, as the link that skips to its text leads to.
  if (to === path.value) return;
  if (!unsaved()) {
    arrive();
    return;
  }
  // The browser is there already: it is taken back to what is shown until one has decided.
  history.pushState(null, "", path.value);
  wanted.value = () => open(to);
});

export function go(to: string): void {
  if (to === path.value) open(to);
  else leaving(() => open(to));
}

/** Does what loses all that is typed on the page; where something is, only once somebody has said so. */
export function leaving(leave: () => void): void {
  if (unsaved()) wanted.value = leave;
  else leave();
}

function open(to: string): void {
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
  const act = wanted.value;
  if (!act) return null;
  const stay = (): void => void (wanted.value = null);
  const leave = (): void => {
    stay();
    act();
  };
  return <Losing stay={stay} leave={leave} />;
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

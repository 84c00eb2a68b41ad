/** Which page of the desk is open; the address says so, and going back works. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export const path = signal(location.pathname);
/** Counts the pages that were gone to: whoever reads by ear is taken to the heading of each but the first. */
export const turns = signal(0);

addEventListener("popstate", () => arrive());

export function go(to: string): void {
  history.pushState(null, "", to);
  arrive();
}

function arrive(): void {
  path.value = location.pathname;
  turns.value += 1;
  scrollTo(0, 0);
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

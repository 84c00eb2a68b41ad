/** Which tab is open; the address names it, so that the phone's own way back works. */
import { signal } from "@preact/signals";

const NAMES = ["report", "tasks", "whistles", "grid", "mine"] as const;
export type Tab = (typeof NAMES)[number];

const HOME: Tab = "report";

export const tab = signal<Tab>(tabOf(location.pathname));

export function tabOf(path: string): Tab {
  const name = path.replace(/^\/field\/?/, "");
  return NAMES.find((one) => one === name) ?? HOME;
}

export function goTo(next: Tab): void {
  if (next === tab.value) return;
  tab.value = next;
  history.pushState(null, "", next === HOME ? "/field" : `/field/${next}`);
}

/** Follows the browser's way back and forth. */
export function followBack(): () => void {
  const back = (): void => {
    tab.value = tabOf(location.pathname);
  };
  addEventListener("popstate", back);
  return () => removeEventListener("popstate", back);
}

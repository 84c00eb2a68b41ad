/** Printing: whatever the screen shows, paper is white, and its map is drawn as by day before it is copied. */
import { computed, signal } from "@preact/signals";
import { theme } from "../shared/ui/theme";

const LONGEST_MS = 8_000;

const onPaper = signal(false);
/** How the map is drawn. */
export const ground = computed(() => (onPaper.value ? "day" : theme.value));

let drawn: (() => Promise<unknown>) | null = null;

/** Takes how one waits until the map is drawn; null where there is none. */
export function whenDrawn(wait: (() => Promise<unknown>) | null): void {
  drawn = wait;
}

/** Whether the map must be drawn anew before it is printed: the browser's own command cannot wait for that. */
export const mustWait = (): boolean => theme.peek() === "night" && drawn !== null;

export async function printOut(): Promise<void> {
  if (mustWait()) {
    onPaper.value = true;
    addEventListener("afterprint", () => (onPaper.value = false), { once: true });
    await Promise.race([drawn?.(), new Promise((resolve) => setTimeout(resolve, LONGEST_MS))]);
  }
  print();
}

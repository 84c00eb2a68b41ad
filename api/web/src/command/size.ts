/** How large everything is: a wall is read from three metres, a desk from sixty centimetres. */
import { computed, effect, signal } from "@preact/signals";

export type Size = "auto" | number;

export const SIZES: readonly Size[] = ["auto", 1, 1.25, 1.5, 1.75, 2];

const KEY = "gridgov.command.size";
const BASE_PX = 16;
/** A desk has up to so many pixels by itself; of more, or of a wall's flat ones, each stands for something larger. */
const DESK_WIDTH = 1_920;
const WALL_HEIGHT = 675;
/** The columns need so much room, whatever was chosen. */
const LEAST_WIDTH = 1_100;
/** A map's words are smaller than a page's: from afar they must make up for it. */
const MAP_MORE = 1.25;

const width = signal(globalThis.innerWidth);
const height = signal(globalThis.innerHeight);
export const sizeChoice = signal<Size>(kept());

/** What one pixel of a desk is on this screen. */
export const size = computed(() => sizeOf(sizeChoice.value, width.value, height.value));
/** The same for the map. */
export const mapSize = computed(() => (size.value > 1 ? size.value * MAP_MORE : 1));

/** Returns the size for a screen: in twentieths, so that a window that is dragged does not draw all anew at each pixel. */
export function sizeOf(choice: Size, screenWidth: number, screenHeight: number): number {
  const wanted = choice === "auto" ? Math.min(screenWidth / DESK_WIDTH, screenHeight / WALL_HEIGHT) : choice;
  const room = Math.max(1, screenWidth / LEAST_WIDTH);
  return Math.round(Math.max(1, Math.min(wanted, room)) * 20) / 20;
}

export function chooseSize(choice: Size): void {
  sizeChoice.value = choice;
  try {
    localStorage.setItem(KEY, String(choice));
  } catch {
    // A browser that keeps nothing still changes for now.
  }
}

/** Follows the window; returns the way to stop. */
export function followSize(): () => void {
  const read = (): void => {
    width.value = innerWidth;
    height.value = innerHeight;
  };
  addEventListener("resize", read);
  const stop = effect(() => {
    document.documentElement.style.fontSize = size.value === 1 ? "" : `${BASE_PX * size.value}px`;
  });
  return () => {
    removeEventListener("resize", read);
    stop();
  };
}

function kept(): Size {
  try {
    const found = Number(localStorage.getItem(KEY));
    return SIZES.includes(found) ? found : "auto";
  } catch {
    return "auto";
  }
}

/** Day, night, or as the machine has it; kept in the browser. */
import { computed, effect, signal } from "@preact/signals";

export type Choice = "auto" | "day" | "night";

const KEY = "gridgov.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const machine = signal(dark.matches);
dark.addEventListener("change", () => {
  machine.value = dark.matches;
});

export const themeChoice = signal<Choice>(kept());
export const theme = computed(() =>
  themeChoice.value === "auto" ? (machine.value ? "night" : "day") : themeChoice.value,
);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function chooseTheme(choice: Choice): void {
  themeChoice.value = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing still changes for now.
  }
}

function kept(): Choice {
  try {
    const found = localStorage.getItem(KEY);
    return found === "day" || found === "night" ? found : "auto";
  } catch {
    return "auto";
  }
}

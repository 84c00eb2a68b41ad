/** Chinese first, English at a click. The choice is kept in the browser, shared with the pages that the server draws. */
import { computed, signal } from "@preact/signals";

export type Tongue = "zh" | "en";
export interface Words {
  zh: string;
  en: string;
}

// The key of the server's own pages (static/start.js), so that one click holds for all of them.
const KEY = "gridgov.language";

export const tongue = signal<Tongue>(kept());
export const locale = computed(() => (tongue.value === "zh" ? "zh-CN" : "en-GB"));

/** Returns the saying in the tongue of the moment; read inside a component, it follows the switch. */
export function say(zh: string, en: string): string {
  return tongue.value === "zh" ? zh : en;
}

/** The same for a saying that is held as data. */
export function said(words: Words | null | undefined): string {
  return words ? words[tongue.value] : "";
}

export function switchTongue(): void {
  tongue.value = tongue.value === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEY, tongue.value);
  } catch {
    // A browser that keeps nothing still switches for now.
  }
  document.documentElement.lang = locale.value;
}

function kept(): Tongue {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

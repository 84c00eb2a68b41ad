/** The service worker, where browsers allow one: it keeps the page on the phone. A newer page waits to be let in. */
import { signal } from "@preact/signals";

/** A newer page is on the phone, and is shown from the next opening on, or at once if the worker wants it. */
export const newer = signal(false);

export const installable = globalThis.isSecureContext && "serviceWorker" in navigator;

export function installWorker(): void {
  if (!installable) return;
  const first = !navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!first) newer.value = true;
  });
  navigator.serviceWorker.register("/field/worker.js", { scope: "/field" }).catch(() => undefined);
}

/** The service worker, where browsers allow one: it keeps the page on the phone. A newer page waits to be let in. */
import { signal } from "@preact/signals";

/** A newer page is on the phone: opens it. It waits until its holder says so, or all of its pages were closed. */
export const newer = signal<(() => void) | null>(null);

export const installable = globalThis.isSecureContext && "serviceWorker" in navigator;

/** A page that stays open for days asks so often whether there is a newer one. */
const ASK_EVERY_MS = 3_600_000;

export function installWorker(): void {
  if (!installable) return;
  const { serviceWorker } = navigator;
  serviceWorker
    .register("/field/worker.js", { scope: "/field" })
    .then(follow)
    .catch(() => undefined); // The page works without it, and says what that means.
  // Another tab has let the newer page in: this one goes on with what it has, until its holder loads it anew.
  let first = !serviceWorker.controller;
  serviceWorker.addEventListener("controllerchange", () => {
    if (!first) newer.value = () => location.reload();
    first = false;
  });
}

function follow(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // Without a page in charge it is the first one, and nothing is replaced.
    const { waiting } = registration;
    if (waiting && navigator.serviceWorker.controller) newer.value = () => letIn(waiting);
  };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  let asked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - asked < ASK_EVERY_MS) return;
    asked = Date.now();
    registration.update().catch(() => undefined); // Without signal there is none.
  });
}

function letIn(waiting: ServiceWorker): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take over");
}

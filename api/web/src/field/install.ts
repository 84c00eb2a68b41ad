/** The service worker, where browsers allow one: it keeps the page on the phone. A newer page waits to be let in. */
import { signal } from "@preact/signals";

/** A newer page is on the phone; it is shown when its holder says so, or once all of its pages were closed. */
export const newer = signal<ServiceWorker | null>(null);

export const installable = globalThis.isSecureContext && "serviceWorker" in navigator;

export function installWorker(): void {
  if (!installable) return;
  navigator.serviceWorker
    .register("/field/worker.js", { scope: "/field" })
    .then((registration) => {
      const look = (): void => {
        // Without a page in charge it is the first one, and nothing is replaced.
        if (navigator.serviceWorker.controller) newer.value = registration.waiting;
      };
      look();
      registration.addEventListener("updatefound", () =>
        registration.installing?.addEventListener("statechange", look),
      );
    })
    .catch(() => undefined); // The page works without it, and says what that means.
}

/** Lets the newer page in, and opens it. */
export function takeNewer(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  newer.value?.postMessage("take over");
}

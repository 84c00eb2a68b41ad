// Keeps the page on the phone, so that it opens without signal. What the page knows and sends is not its business:
// that is kept by the page itself, which works without this as well.
const FILES = __FILES__;
const CACHE = "gridgov-field-__VERSION__";
const SHELL = "/field";

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...FILES.map((name) => `/app/${name}`)]));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("gridgov-field-") && name !== CACHE;
  const swept = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(swept.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && (pathname === SHELL || pathname.startsWith(`${SHELL}/`))) {
    event.respondWith(fetch(request).catch(() => caches.match(SHELL)));
  } else if (pathname.startsWith("/app/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

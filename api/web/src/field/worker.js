// Keeps the page on the phone, so that it opens without signal. What the page knows and sends is not its business:
// that is kept by the page itself, which works without this as well.
const FILES = __FILES__;
const CACHE = "gridgov-field-__VERSION__";
const SHELL = "/field";

self.addEventListener("install", (event) => {
  const shell = new Request(SHELL, { cache: "reload" });
  const kept = caches.open(CACHE).then((cache) => cache.addAll([shell, ...FILES.map((name) => `/app/${name}`)]));
  event.waitUntil(kept);
});

// A newer page waits until its holder wants it: a report that is being written is not taken from under their hands.
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

// The files of the page before stay: a tab that still shows it may yet ask for some of them.
self.addEventListener("activate", (event) => {
  const swept = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith("gridgov-field-") && name !== CACHE);
    return Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
  });
  event.waitUntil(swept.then(() => self.clients.claim()));
});

// From the phone itself, whether there is signal or not: at once, and never a newer page whose files then do not come.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && (pathname === SHELL || pathname.startsWith(`${SHELL}/`))) {
    event.respondWith(caches.match(SHELL, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
  } else if (pathname.startsWith("/app/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

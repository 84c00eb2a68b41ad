// Keeps the page on the phone, so that it opens without signal. What the page knows and sends is not its business:
// that is kept by the page itself, which works without this as well.
const FILES = __FILES__;
const CACHE = "gridgov-field-__VERSION__";
const SHELL = "/field";

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...FILES.map((name) => `/app/${name}`)]));
  event.waitUntil(kept);
});

// A newer page waits until its holder wants it: a report that is being written is not taken from under their hands.
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
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
    event.respondWith(asked(request));
  } else if (pathname.startsWith("/app/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

// The newest page where the server answers soon; a weak signal must not keep the phone from opening.
async function asked(request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 4_000);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", signal: patience.signal });
    return answer.status < 500 ? answer : ((await caches.match(SHELL)) ?? answer);
  } catch {
    return (await caches.match(SHELL)) ?? Response.error();
  } finally {
    clearTimeout(timer);
  }
}

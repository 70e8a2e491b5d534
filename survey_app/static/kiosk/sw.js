/** The service worker: keeps the program of one version, checked byte by byte, and serves it with or without a line.
 *
 * The server puts `const SHELL = {version, hashes}` before this file. Answers never pass through here, and the
 * database of the page is never touched.
 */

const CACHE = `sipas-kiosk-${SHELL.version}`;

async function store(address, hash) {
  const response = await fetch(address, { cache: "no-store", credentials: "omit" });
  const content = await response.clone().arrayBuffer();
  const found = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", content))));
  if (!response.ok || found !== hash) throw new Error(`${address} did not come whole`);
  await (await caches.open(CACHE)).put(address, response);
}

/** The version before stays: a page of it may just be loading its files. */
async function removeOlder() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith("sipas-kiosk-") && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address, request) {
  const own = await (await caches.open(CACHE)).match(address);
  return own ?? (await caches.match(address)) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  const all = Object.entries(SHELL.hashes).map(([address, hash]) => store(address, hash));
  event.waitUntil(Promise.all(all).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(removeOlder()));

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  const ours = pathname in SHELL.hashes || pathname.startsWith("/kiosk/files/");
  if (ours) event.respondWith(kept(pathname, event.request));
});

/** Recordings and pictures of this device: fetched between visits, kept by their content, text goes on without them. */

import { current } from "./visit.js";

const STORE = "sipas-media";
const SUFFIX = { mp3: "audio/mpeg", wav: "audio/wav", png: "image/png", webp: "image/webp" };

const ROOM = 2_000_000; // bytes that are taken back for answers once the store is full
const PATIENCE = 120_000; // ms until one file (at most 2 MB) is given up until the next run

let running = false;
let tight = ""; // files for which there was no room; the next start of the page tries once more
let state = { stored: 0, wanted: 0, full: false };

/** How many files are stored and wanted; `full` when the browser had no room for more. */
export function mediaState() {
  return state;
}

/** Which files are stored, by name. */
export async function storedFiles() {
  const keys = await globalThis.caches?.open(STORE).then((cache) => cache.keys()).catch(() => null);
  return new Set(keys?.map(({ url }) => url.split("/").pop()));
}

/** Store exactly the files that the package names; what cannot be stored is tried again after the next sending.
 *
 * It begins between two visits, so that nothing that the person there may still hear is taken away.
 */
export async function keepMedia(files = []) {
  if (running || current() || !globalThis.caches || tight === files.join()) return;
  running = true;
  const wanted = files.map((name) => `/media/${name}`);
  try {
    await storeAll(wanted);
  } catch (error) {
    state = { ...state, full: error?.name === "QuotaExceededError" };
    if (!state.full) return;
    tight = files.join();
    await makeRoom(wanted).catch(() => {});
  } finally {
    running = false;
  }
}

async function storeAll(wanted) {
  const cache = await caches.open(STORE);
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  const gone = [...there].filter((path) => !wanted.includes(path));
  await Promise.all(gone.map((path) => cache.delete(path)));
  state = { stored: wanted.filter((path) => there.has(path)).length, wanted: wanted.length, full: false };
  for (const path of wanted) {
    if (!there.has(path)) await storeOne(cache, path);
  }
}

/** Store one file; one that does not come whole keeps no other away, only a full store ends the run. */
async function storeOne(cache, path) {
  try {
    await cache.put(path, new Response(await fetched(path), { headers: { "Content-Type": kind(path) } }));
    state.stored += 1;
  } catch (error) {
    if (error?.name === "QuotaExceededError") throw error;
  }
}

/** Answers come before recordings: files are taken away, the last first, until answers have room again. */
async function makeRoom(wanted) {
  const cache = await caches.open(STORE);
  let freed = 0;
  for (const path of [...wanted].reverse()) {
    const found = await cache.match(path);
    if (!found || freed >= ROOM) continue;
    freed += (await found.arrayBuffer()).byteLength;
    await cache.delete(path);
    state.stored -= 1;
  }
}

/** A file is named by the SHA-256 of its content: what came otherwise is not stored. */
async function fetched(path) {
  const response = await fetch(path, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const content = await response.arrayBuffer();
  const found = [...new Uint8Array(await crypto.subtle.digest("SHA-256", content))];
  const name = found.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || !path.includes(name)) throw new Error(`${path} did not come whole`);
  return content;
}

/** An address that the page can play or show; null if the file is not stored. Whoever asks revokes it. */
export async function mediaAddress(name) {
  const found = await globalThis.caches?.open(STORE).then((cache) => cache.match(`/media/${name}`));
  return found ? URL.createObjectURL(await found.blob()) : null;
}

function kind(path) {
  return SUFFIX[path.split(".").pop()];
}

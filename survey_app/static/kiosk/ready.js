/** Ready for no line: the program is stored whole and checked, a questionnaire is there, the database writes. */

import { VERSION } from "./device.js";
import { fact, keepFacts } from "./store.js";

const AGAIN = 3_000; // ms until a program that did not come whole is fetched again

/** Register the service worker; `renewed` is called when another version has taken over. */
export async function installProgram(renewed) {
  if (!navigator.serviceWorker) return;
  let had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (had) renewed();
    had = true;
  });
  await register();
}

/** Fetch the program until a first version of it is whole; a newer one may wait for the next look. */
async function register() {
  const again = () => navigator.serviceWorker.controller || setTimeout(register, AGAIN);
  try {
    const settings = { scope: "/kiosk", updateViaCache: "none" };
    const { installing } = await navigator.serviceWorker.register("/kiosk/sw.js", settings);
    installing?.addEventListener("statechange", () => installing.state === "redundant" && again());
  } catch {
    again();
  }
}

/** Look for a newer program. */
export async function lookForUpdate() {
  await (await navigator.serviceWorker?.getRegistration("/kiosk"))?.update();
}

/** Ask the browser not to throw the storage away; it may say no. */
export async function askToPersist() {
  return (await navigator.storage?.persist?.()) ?? false;
}

/** What each condition for working without a line says now. */
export async function readiness() {
  const program = await programStored();
  const questionnaire = Boolean((await fact("package"))?.rounds.length);
  return { program, questionnaire, storage: await storageWrites() };
}

/** The worker controls this page, and every file of this version is stored with the content it should have. */
async function programStored() {
  if (!navigator.serviceWorker?.controller) return false;
  const cache = await caches.open(`sipas-kiosk-${VERSION}`);
  const stored = (await cache.keys()).length;
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  const needed = ["/kiosk", ...loaded.filter((path) => path.startsWith("/kiosk/files/"))];
  const found = await Promise.all(needed.map((path) => cache.match(path)));
  return stored >= needed.length && found.every((response) => response?.ok);
}

async function storageWrites() {
  const mark = crypto.randomUUID();
  await keepFacts({ mark });
  return (await fact("mark")) === mark;
}

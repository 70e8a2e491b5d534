/** Sending what waits, in the background: one call at a time on this device, again until the server has answered. */

import { Refused, VERSION, signed, within } from "./device.js";
import { counts, erase, fact, keepFacts, oldest, settle } from "./store.js";

const BATCH = 20;
const SOON = 2_000;
const LATEST = 300_000; // ms: no pause between two tries is longer
const HEARTBEAT = 60_000;
const STEP = 120_000; // ms: longer than any call may take; then the step is given up
const TELLING = 2_000;
const DONE = new Set(["stored", "duplicate"]);
const SET_ASIDE = "damaged"; // every other refusal is settled on the server and deleted here

const state = { batch: BATCH, failures: 0, running: null, timer: 0, line: "unknown", error: "", tell: () => {} };

/** Send now and then for as long as the page lives; `tell(line)` hears whether the server answers. */
export function startSending(tell) {
  state.tell = tell;
  addEventListener("online", sendSoon);
  document.addEventListener("visibilitychange", () => document.hidden || sendSoon());
  return send();
}

/** How the line stands: `line` is unknown, up, down, revoked or stranger; `error` what was said last. */
export function lineState() {
  return { line: state.line, error: state.error };
}

/** Try at once, whatever the pause is. */
export function sendSoon() {
  state.failures = 0;
  return send();
}

/** Send everything that waits; a call while one runs waits for that one and then looks again. */
export async function send() {
  if (state.running) await state.running;
  state.running ??= run().finally(() => {
    state.running = null;
  });
  return state.running;
}

/** One run, which ends whatever hangs: each of its steps has a limit, and the next run is set in any case. */
async function run() {
  clearTimeout(state.timer);
  try {
    if (await within(STEP, fact("device"))) await underLock();
  } catch (error) {
    failed(error);
  } finally {
    state.timer = setTimeout(send, pause());
  }
}

/** Page, second window and a later page never send at once. */
function underLock() {
  return navigator.locks.request("sipas-sending", { signal: AbortSignal.timeout(STEP) }, everything);
}

function pause() {
  if (!state.failures) return HEARTBEAT;
  const longest = Math.min(SOON * 2 ** (state.failures - 1), LATEST);
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Page through what waits: what the server leaves unnamed stays for the next run, and what lies behind it is sent. */
async function everything() {
  let [after, version] = [0, null];
  do {
    const items = await within(STEP, oldest(state.batch, after));
    after = items.at(-1)?.seq ?? after;
    version = await within(STEP, sendBatch(items)).catch((error) => {
      state.batch = Math.max(1, Math.floor(items.length / 2)); // a slow line may take fewer at once
      throw error;
    });
    state.failures = 0;
    state.batch = Math.min(BATCH, state.batch + 1);
  } while ((await within(STEP, oldest(1, after))).length);
  report("up", await freshPackage(version));
}

/** Fetch the package if it is another one; gives why it did not come, if so. */
async function freshPackage(version) {
  try {
    // null: the server took the answers and knows no package now
    if (version && version !== (await within(STEP, fact("package")))?.version) await within(STEP, fetchPackage());
    return "";
  } catch (error) {
    state.failures += 1;
    return words(error);
  }
}

function failed(error) {
  state.failures += 1;
  report(lineOf(error), words(error));
}

function words(error) {
  return String(error?.answer?.message ?? error?.message ?? error);
}

function lineOf(error) {
  if (!(error instanceof Refused)) return "down";
  if (error.status === 403 && error.answer?.revoked) return "revoked";
  return error.status === 401 ? "stranger" : "down";
}

function report(line, error) {
  Object.assign(state, { line, error });
  state.tell(line);
}

/** Send answers and do what the server says; gives the version of its package. */
async function sendBatch(items) {
  const { answer } = await signed("POST", "/kiosk/sync", await syncBody(items));
  const sent = new Set(items.map((item) => item.key));
  const named = answer.items.filter((item) => sent.has(item.key));
  const aside = named.filter((item) => item.outcome === "rejected" && item.reason === SET_ASIDE);
  const refused = named.filter((item) => item.outcome === "rejected" && item.reason !== SET_ASIDE);
  const done = [...named.filter((item) => DONE.has(item.outcome)), ...refused];
  await settle(done.map((item) => item.seq), aside, refused.map((item) => item.reason));
  if (answer.erase?.length) await erase(answer.erase);
  const { received, missing, server_time: time } = answer;
  await keepFacts({ report: { received, missing, time, at: Date.now() } });
  return answer.package;
}

/** Body of a call with these items; the export holds the very same. */
export async function syncBody(items) {
  const sent = items.map(({ seq, key, sealed }) => (sealed ? { seq, key, sealed } : { seq, key, void: true }));
  return JSON.stringify({ items: sent, heartbeat: await heartbeat() });
}

async function heartbeat() {
  const battery = await told(() => navigator.getBattery?.());
  return {
    waiting: (await counts()).waiting,
    version: VERSION,
    persisted: await told(() => navigator.storage?.persisted?.()),
    battery: battery ? battery.level : null,
    clock: localTime(),
  };
}

/** What the browser tells of itself; null if it does not, or not soon. */
async function told(ask) {
  return (await within(TELLING, Promise.resolve().then(ask)).catch(() => null)) ?? null;
}

/** This device's clock with its zone, as the server reads it. */
export function localTime(now = new Date()) {
  const zone = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + zone * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  return `${local}${zone < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** Fetch the rounds and questionnaires of this desk, if they have changed. */
export async function fetchPackage() {
  const known = (await fact("package"))?.version;
  const { status, answer } = await signed("GET", "/kiosk/package", "", known ? { "If-None-Match": `"${known}"` } : {});
  if (status !== 304) await keepFacts({ package: answer });
}

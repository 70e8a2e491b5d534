/** Sending what waits, in the background: one call at a time on this device, again until the server has answered. */

import { Refused, VERSION, signed } from "./device.js";
import { counts, erase, fact, keepFacts, oldest, settle } from "./store.js";

const BATCH = 20;
const SOON = 2_000;
const LATEST = 300_000; // ms: no pause between two tries is longer
const HEARTBEAT = 60_000;
const DONE = new Set(["stored", "duplicate"]);
const SET_ASIDE = "damaged"; // every other refusal is settled on the server and deleted here

const state = { failures: 0, running: null, timer: 0, line: "unknown", error: "", tell: () => {} };

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
  if (state.running) await state.running.catch(() => {});
  state.running ??= underLock().finally(() => {
    state.running = null;
  });
  return state.running;
}

/** Page, second window and a later page never send at once. */
async function underLock() {
  clearTimeout(state.timer);
  state.timer = setTimeout(send, HEARTBEAT); // should anything below fail or hang
  if (!(await fact("device"))) return;
  await (navigator.locks ? navigator.locks.request("sipas-sending", everything) : everything());
  clearTimeout(state.timer);
  state.timer = setTimeout(send, pause());
}

function pause() {
  if (!state.failures) return HEARTBEAT;
  const longest = Math.min(SOON * 2 ** (state.failures - 1), LATEST);
  return longest / 2 + (Math.random() * longest) / 2;
}

async function everything() {
  try {
    let answer;
    do answer = await oneBatch();
    while (answer.more);
    // null: the server took the answers and knows no package now
    if (answer.package && answer.package !== (await fact("package"))?.version) await fetchPackage();
    state.failures = 0;
    report("up", "");
  } catch (error) {
    state.failures += 1;
    report(lineOf(error), String(error?.answer?.message ?? error?.message ?? error));
  }
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

/** Send the oldest answers and do what the server says; `more` if others wait and something was settled. */
async function oneBatch() {
  const items = await oldest(BATCH);
  const body = await syncBody(items);
  const { answer } = await signed("POST", "/kiosk/sync", body);
  const sent = new Set(items.map((item) => item.key));
  const named = answer.items.filter((item) => sent.has(item.key));
  const aside = named.filter((item) => item.outcome === "rejected" && item.reason === SET_ASIDE);
  const refused = named.filter((item) => item.outcome === "rejected" && item.reason !== SET_ASIDE);
  const done = [...named.filter((item) => DONE.has(item.outcome)), ...refused];
  await settle(done.map((item) => item.seq), aside, refused.map((item) => item.reason));
  if (answer.erase?.length) await erase(answer.erase);
  const { received, missing, server_time: time } = answer;
  await keepFacts({ report: { received, missing, time, at: Date.now() } });
  return { more: named.length > 0 && (await counts()).waiting > 0, package: answer.package };
}

/** Body of a call with these items; the export holds the very same. */
export async function syncBody(items) {
  const sent = items.map(({ seq, key, sealed }) => (sealed ? { seq, key, sealed } : { seq, key, void: true }));
  return JSON.stringify({ items: sent, heartbeat: await heartbeat() });
}

async function heartbeat() {
  const battery = await navigator.getBattery?.().catch(() => null);
  return {
    waiting: (await counts()).waiting,
    version: VERSION,
    persisted: (await navigator.storage?.persisted?.()) ?? null,
    battery: battery ? battery.level : null,
    clock: localTime(),
  };
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

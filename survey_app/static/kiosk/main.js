/** The kiosk: this module only wires. */

import { camera, code } from "./slip_entry.js";
import { last, thanks } from "./ending.js";
import { enrolment, setup } from "./enrolment.js";
import { assisted, attract, slip } from "./entrance.js";
import { button, make } from "./element.js";
import { counting, doubt, touch } from "./idle.js";
import { reset } from "./leaving.js";
import { lock } from "./lockdown.js";
import { keepMedia } from "./media.js";
import { pin } from "./pin.js";
import { question } from "./question.js";
import { installProgram, lookForUpdate } from "./ready.js";
import { offered } from "./rounds.js";
import { startHearing } from "./scanner.js";
import { staff } from "./staff.js";
import { addScreens, go, guardDoubleTouch, screenName, show } from "./stage.js";
import { fact } from "./store.js";
import { startSending } from "./sync.js";
import { current } from "./visit.js";
import { loadWords, say, speak } from "./words.js";

const UPDATE_EVERY = 3_600_000;
const LOCK = "sipas-window";
const PATIENCE = 20_000; // ms until a page whose storage does not answer is loaded anew

let renewed = false;
let known;

async function start() {
  await loadWords(new URL("./words.json", import.meta.url));
  speak("vi");
  addScreens({ attract: waitForPeople, slip, assisted, camera, code, question, last, thanks });
  addScreens({ pin, staff, enrolment, setup, elsewhere, insecure });
  guardDoubleTouch();
  lock(() => document.querySelector("[data-back]")?.click());
  if (!isSecureContext || !navigator.locks) {
    go("insecure");
    return;
  }
  installProgram(() => renew(true));
  await oneWindow();
  startHearing();
  watchPresence();
  await first();
  await startSending(heard);
  setInterval(() => lookForUpdate().catch(() => {}), UPDATE_EVERY);
}

/** One window at a time is the kiosk; another one waits until this is closed. */
async function oneWindow() {
  const waiting = setTimeout(() => go("elsewhere"), 500);
  await new Promise((resolve) => navigator.locks.request(LOCK, () => {
    resolve();
    return new Promise(() => {});
  }));
  clearTimeout(waiting);
}

async function first() {
  const [device, found] = await orAnew(Promise.all([fact("device"), fact("package")]));
  if (!device) return go("enrolment");
  return go(found ? "attract" : "setup");
}

/** Between two people a newer program takes over; a browser that has lost its storage must be enrolled again. */
async function waitForPeople() {
  if (renewed) location.reload();
  const [device, found] = await orAnew(Promise.all([fact("device"), fact("package")]));
  known = await offered(found);
  if (device) return orAnew(attract());
  return screenName() === "attract" && go("enrolment");
}

/** What is waited for; if it fails or does not come, storage is stuck: the page is loaded anew, never amid a visit. */
async function orAnew(awaited) {
  const stuck = setTimeout(() => current() || location.reload(), PATIENCE);
  const found = await awaited;
  clearTimeout(stuck);
  return found;
}

function renew(now) {
  renewed = now;
  if (screenName() === "attract") location.reload();
}

/** The server has answered or not; the screen that waits for people shows rounds that came or began meanwhile. */
async function heard(line) {
  document.documentElement.dataset.line = line;
  const found = await fact("package");
  keepMedia(found?.media);
  const now = await offered(found);
  const changed = now !== known;
  known = now;
  if (changed && screenName() === "attract" && !current()) go("attract");
}

/** Touches and keys say that somebody is there, unless the countdown asks; a dark screen is a doubt. */
function watchPresence() {
  const here = () => counting() || touch();
  for (const name of ["pointerdown", "keydown", "scroll"]) addEventListener(name, here, { passive: true });
  document.addEventListener("visibilitychange", () => document.hidden && doubt());
  addEventListener("pageshow", (event) => event.persisted && reset());
  addEventListener("pagehide", () => current() && reset());
}

function elsewhere() {
  show({ heading: say("elsewhere"), body: [make("p", {}, say("elsewhere_hint"))] });
}

function insecure() {
  show({
    heading: say("insecure"),
    body: [make("p", {}, say("insecure_hint"))],
    actions: [button(say("try_again"), () => location.reload())],
  });
}

start();

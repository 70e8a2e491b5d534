/** The kiosk: this module only wires. */

import { camera, code } from "./slip_entry.js";
import { last, saving, thanks } from "./ending.js";
import { enrolment, setup } from "./enrolment.js";
import { assisted, attract, slip } from "./entrance.js";
import { button, make } from "./element.js";
import { doubt, present } from "./idle.js";
import { reset } from "./leaving.js";
import { lock } from "./lockdown.js";
import { keepMedia } from "./media.js";
import { pin } from "./pin.js";
import { question } from "./question.js";
import { installProgram, lookForUpdate } from "./ready.js";
import { offered } from "./rounds.js";
import { startHearing } from "./scanner.js";
import { staff } from "./staff.js";
import { addScreens, go, guardAsking, guardDoubleTouch, screenName, show } from "./stage.js";
import { fact } from "./store.js";
import { startSending } from "./sync.js";
import { current } from "./visit.js";
import { note, withdrawn } from "./withdrawal.js";
import { loadWords, say, speak } from "./words.js";

const UPDATE_EVERY = 3_600_000;
const AGAIN = 5_000; // ms until words that did not come are asked for again
const LOCK = "sipas-window";
const PATIENCE = 20_000; // ms until a page whose storage does not answer is loaded anew

let renewed = false;
let known = "";

async function start() {
  await findWords();
  speak("vi");
  addScreens({ attract: waitForPeople, slip, assisted, camera, code, question, last, saving, thanks });
  addScreens({ pin, staff, enrolment, setup, elsewhere, insecure });
  guardDoubleTouch();
  guardAsking();
  lock(goBack);
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

/** Wait for the words; the page says so without them, and is loaded anew if the server has another version. */
async function findWords() {
  const address = new URL("./words.json", import.meta.url);
  for (;;) {
    const failure = await loadWords(address).then(() => null, (error) => error);
    if (!failure) return;
    document.getElementById("not_loaded").hidden = false;
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    if (failure.status === 404) location.reload();
  }
}

/** What the back button does: nothing while something is asked over the screen. */
function goBack() {
  if (!document.querySelector("dialog[open]")) document.querySelector("[data-back]")?.click();
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
  const [device, state] = await orAnew(Promise.all([fact("device"), standing()]));
  known = state;
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

/** What the screen that waits for people shows, as a text: rounds and languages, or that this device was withdrawn. */
async function standing() {
  return `${await offered()} ${await withdrawn()}`;
}

function renew(now) {
  renewed = now;
  if (screenName() === "attract") location.reload();
}

/** The server has answered or not; the screen that waits for people shows what is new. */
async function heard(line) {
  document.documentElement.dataset.line = line;
  await note(line);
  await lookAgain();
  await keepMedia((await fact("package"))?.media);
  await lookAgain(); // a language that is only heard is offered once its recordings are there
}

async function lookAgain() {
  const now = await standing();
  const changed = now !== known;
  known = now;
  if (changed && screenName() === "attract" && !current()) go("attract");
}

/** Touches and keys say that somebody is there, unless the countdown asks; a dark screen is a doubt. */
function watchPresence() {
  for (const name of ["pointerdown", "keydown", "scroll"]) addEventListener(name, present, { passive: true });
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

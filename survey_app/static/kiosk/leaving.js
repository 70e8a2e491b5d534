/** The end of a visit, however it comes: nothing of the person is left. */

import { within } from "./device.js";
import { button, make } from "./element.js";
import { stopWatching, touch, watch } from "./idle.js";
import { askTools, forgetSound, hush } from "./sound.js";
import { fact } from "./store.js";
import { send } from "./sync.js";
import { askOver, clear, go } from "./stage.js";
import { PATIENCE, current, forget, keep } from "./visit.js";
import { say } from "./words.js";

const USUAL = { idle_seconds: 60, warning_seconds: 20, on_timeout: "discard" };

/** Forget the person: screen, memory, selection, camera, sound; then wait for the next one. */
export function reset() {
  stopWatching();
  forgetSound();
  forget();
  clear();
  document.documentElement.className = "";
  return go("attract");
}

/** Watch for the person to have left: a countdown that can be stopped, then the end that the round has chosen. */
export async function watchVisit() {
  const rounds = (await fact("package"))?.rounds ?? [];
  if (!current()) return;
  const settings = (current().round ?? rounds[0])?.settings ?? USUAL;
  const [quiet, grace] = [settings.idle_seconds * 1000, settings.warning_seconds * 1000];
  watch({ quiet, grace, warn, end: () => timeOut(settings) });
}

/** Show the seconds that are left; the first time with the question whether anybody is there. */
function warn(left) {
  const clock = document.getElementById("left");
  if (clock) {
    clock.textContent = String(left);
    return;
  }
  const seconds = make("p", { class: "clock" }, make("span", { id: "left" }, String(left)));
  const heard = askTools(["still_there", "more_time", "leave_now"]);
  askOver(say("still_there"), [make("p", {}, say("still_there_hint")), seconds, ...heard], [
    [say("leave_now"), reset],
    [say("more_time"), stay, { class: "button main" }],
  ]);
}

/** The person is there and goes on with the screen that was asked over. */
function stay() {
  hush();
  touch();
  document.getElementById("heading")?.focus();
}

/** Nobody asked for more time. Answers are thrown away, or kept and marked, as the round says. */
async function timeOut(settings) {
  const visit = current();
  if (visit?.kept) return;
  if (settings.on_timeout === "keep_partial" && visit?.round && visit.answers.size) {
    visit.kept = true;
    go("saving");
    await within(PATIENCE, keep({ partial: true })).catch(() => {});
    send();
  }
  if (current() === visit) reset();
}

/** Ask once before answers are thrown away; those that are being saved cannot be. */
export function leaveVisit() {
  if (current()?.kept) return null;
  if (!current()?.answers.size) return reset();
  const heard = askTools(["stop_heading", "stop_hint", "stop_yes", "stop_no"]);
  return askOver(say("stop_heading"), [make("p", {}, say("stop_hint")), ...heard], [
    [say("stop_yes"), reset],
    [say("stop_no"), stay, { class: "button main" }],
  ]);
}

/** The button that ends a visit. */
export function stopButton() {
  return button(say("stop"), leaveVisit, { class: "button plain" });
}

/** After the last question: send, be thanked, and leave nothing behind. */

import { within } from "./device.js";
import { button, make } from "./element.js";
import { counted } from "./flow.js";
import { stopWatching } from "./idle.js";
import { reset, stopButton, watchVisit } from "./leaving.js";
import { listenTools, reads } from "./sound.js";
import { fact, isHeld } from "./store.js";
import { sendSoon } from "./sync.js";
import { go, show } from "./stage.js";
import { toolbar } from "./toolbar.js";
import { PATIENCE, current, forget, keep } from "./visit.js";
import { figure, say } from "./words.js";

const THANKS_SECONDS = 15;
const READ_SECONDS = 90; // for so long the thanks wait for their end when they are read out

let leaving = 0;

/** Nothing is sent before the person says so. */
export function last(details) {
  const back = () => {
    current().place -= 1;
    go("question");
  };
  const count = Object.keys(counted(current().round.instrument, current().answers)).length;
  show({
    heading: say("last_heading"),
    tools: toolbar(),
    above: details?.failed ? [make("p", { class: "note warm", role: "alert" }, say("not_saved"))] : [],
    body: [
      listenTools([details?.failed ? "not_saved" : null, "last_heading", "last_hint", "send", "back", "stop"]),
      make("p", {}, say("last_count", { number: figure(count) })),
      make("p", {}, say("last_hint")),
    ],
    actions: [
      button(say("back"), back, { "data-back": true }),
      stopButton(),
      button(say("send"), save, { class: "button main end", id: "send" }),
    ],
  });
}

/** Say thank you only after the sealed answer is on the disk; if that comes late, to whoever is still there. */
async function save() {
  const visit = current();
  if (visit.kept) return;
  visit.kept = true;
  stopWatching();
  go("saving");
  try {
    await within(PATIENCE, keep().then((seq) => current() === visit && thank(seq, visit)));
  } catch {
    if (current() !== visit) return;
    visit.kept = false;
    watchVisit();
    go("last", { failed: true });
  }
}

/** While answers are being written nobody can leave them, go back or stop: they would be kept all the same. */
export function saving() {
  show({ heading: say("saving") });
}

/** The answers are already gone from memory while thanks are said: in the language, all that is left of the person. */
function thank(seq, { token, language }) {
  stopWatching();
  forget();
  go("thanks", { withSlip: token !== null, language });
  tellReceived(seq);
}

/** Say that the answers have arrived, unless the server did not take them or anybody else's in the meantime. */
async function tellReceived(seq) {
  const before = await refusals();
  await sendSoon();
  const taken = !(await isHeld(seq)) && (await refusals()) === before;
  const line = document.getElementById("saved");
  if (line && taken) line.textContent = say("received");
}

async function refusals() {
  return JSON.stringify(await fact("refusals"));
}

/** Thanks; the screen leaves by itself after some seconds. */
export function thanks({ withSlip, language }) {
  const left = make("span", {}, String(THANKS_SECONDS));
  show({
    heading: say("thanks"),
    body: [
      listenTools(["thanks", withSlip ? "saved_slip" : "saved", "thanks_hint", "done"], language),
      make("p", { id: "saved", class: "note", role: "status" }, say(withSlip ? "saved_slip" : "saved")),
      make("p", {}, say("thanks_hint")),
    ],
    actions: [button([say("done"), " (", left, ")"], finish, { class: "button main", id: "done" })],
  });
  clearInterval(leaving);
  let [seconds, waited] = [THANKS_SECONDS, 0];
  leaving = setInterval(() => {
    if (reads() && waited < READ_SECONDS) {
      waited += 1;
      return;
    }
    seconds -= 1;
    left.textContent = String(seconds);
    if (seconds <= 0) finish();
  }, 1000);
}

function finish() {
  clearInterval(leaving);
  reset();
}

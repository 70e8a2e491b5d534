/** After the last question: send, be thanked, and leave nothing behind. */

import { button, make } from "./element.js";
import { counted } from "./flow.js";
import { stopWatching } from "./idle.js";
import { reset, stopButton, watchVisit } from "./leaving.js";
import { listenTools } from "./sound.js";
import { isWaiting } from "./store.js";
import { sendSoon } from "./sync.js";
import { go, show } from "./stage.js";
import { toolbar } from "./toolbar.js";
import { current, forget, keep } from "./visit.js";
import { figure, say } from "./words.js";

const THANKS_SECONDS = 15;

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
      listenTools([details?.failed ? "not_saved" : null, "last_heading", "last_hint"]),
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

/** Say thank you only after the sealed answer is on the disk. */
async function save() {
  const visit = current();
  if (visit.kept) return;
  visit.kept = true;
  try {
    const seq = await keep();
    thank(seq, visit.token !== null);
  } catch {
    visit.kept = false;
    watchVisit();
    go("last", { failed: true });
  }
}

/** The answers are already gone from memory while thanks are said. */
function thank(seq, withSlip) {
  stopWatching();
  forget();
  go("thanks", { withSlip });
  const sent = sendSoon();
  sent.then(async () => {
    const line = document.getElementById("saved");
    if (line && !(await isWaiting(seq))) line.textContent = say("received");
  });
}

/** Thanks; the screen leaves by itself after some seconds. */
export function thanks({ withSlip }) {
  const left = make("span", {}, String(THANKS_SECONDS));
  show({
    heading: say("thanks"),
    body: [
      make("p", { id: "saved", class: "note", role: "status" }, say(withSlip ? "saved_slip" : "saved")),
      make("p", {}, say("thanks_hint")),
    ],
    actions: [button([say("done"), " (", left, ")"], finish, { class: "button main", id: "done" })],
  });
  clearInterval(leaving);
  let seconds = THANKS_SECONDS;
  leaving = setInterval(() => {
    seconds -= 1;
    left.textContent = String(seconds);
    if (seconds <= 0) finish();
  }, 1000);
}

function finish() {
  clearInterval(leaving);
  reset();
}

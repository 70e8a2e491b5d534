/** Making this browser a device of a desk, and saying when it is ready to work without a line. */

import { enrol } from "./device.js";
import { button, make } from "./element.js";
import { askToPersist, readiness } from "./ready.js";
import { fact } from "./store.js";
import { go, show } from "./stage.js";
import { lineState, sendSoon } from "./sync.js";
import { say } from "./words.js";

const LOOK_EVERY = 200;
const STATES = ["program", "questionnaire", "storage"];

/** Ask for the code of the admin page; it may stand in the address that its QR code holds. */
export function enrolment() {
  const given = new URLSearchParams(location.search).get("code") ?? "";
  history.replaceState(null, "", location.pathname);
  const field = make("input", {
    id: "code", class: "text", maxlength: "20", value: given, autocomplete: "off", autocapitalize: "characters",
    spellcheck: "false",
  });
  const fault = make("p", { class: "wrong", role: "alert" });
  const send = make("button", { class: "button main", type: "submit" }, say("enrol"));
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    fault.textContent = await tried(field.value);
    send.disabled = false;
    if (!fault.textContent) go("setup");
  };
  const form = make("form", { submit, novalidate: true, autocomplete: "off" },
    make("label", { for: "code", class: "legend" }, say("enrol_label")), field, fault,
    make("div", { class: "actions" }, send));
  show({ heading: say("enrol_heading"), body: [make("p", {}, say("enrol_hint")), form] });
  field.focus();
}

/** Try a code; gives what to say if it did not work. */
async function tried(code) {
  try {
    await enrol(code);
    return "";
  } catch (error) {
    const reasons = { 400: "enrol_wrong", 403: "enrol_wrong", 429: "enrol_wait" };
    return say(reasons[error.status] ?? "enrol_no_line");
  }
}

/** Show what is still missing; "ready" is said only when everything is stored and checked. */
export async function setup() {
  const device = await fact("device");
  const list = make("ul", { class: "checks" });
  const state = make("p", { class: "note", role: "status", id: "ready" }, say("preparing"));
  const begin = button(say("begin"), () => go("attract"), { class: "button main", id: "begin" });
  const anew = button(say("enrol_again"), () => go("enrolment"));
  show({
    heading: say("setup_heading", { number: device.number, name: device.name }),
    body: [make("p", {}, device.desk), state, list],
    actions: [(await fact("package")) ? begin : anew],
  });
  askToPersist();
  sendSoon();
  await watchReady(list, state);
}

async function watchReady(list, state) {
  while (list.isConnected) {
    const found = await readiness();
    const packed = await fact("package");
    if (!list.isConnected) return null; // somebody has opened the kiosk meanwhile
    list.replaceChildren(...STATES.map((name) => check(name, found[name])));
    const ready = Object.values(found).every(Boolean);
    const refusal = { stranger: "stranger", revoked: "revoked" }[lineState().line];
    state.textContent = say(ready ? "ready" : refusal ?? "preparing");
    if (packed && !document.getElementById("begin")) return go("setup");
    if (ready) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return null;
}

function check(name, done) {
  return make("li", { class: done ? "done" : "open" }, say(done ? `${name}_done` : `${name}_open`));
}

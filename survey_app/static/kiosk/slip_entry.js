/** Two other ways to give the code of a slip: the camera of the tablet, and typing. */

import { take } from "./entrance.js";
import { button, make } from "./element.js";
import { listen, look } from "./scanner.js";
import { LENGTH, readSlip, typedLength } from "./slip.js";
import { listenTools, tell } from "./sound.js";
import { go, show } from "./stage.js";
import { toolbar } from "./toolbar.js";
import { say } from "./words.js";

// The browser neither remembers nor completes nor corrects what is typed.
const FORGETFUL = { autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false" };

/** Read the slip with the camera of the tablet. */
export function camera() {
  listen(take);
  const video = make("video", { class: "camera", playsinline: true, muted: true, "aria-label": say("camera_label") });
  const state = make("p", { role: "status" }, say("camera_hint"));
  const actions = [button(say("back"), () => go("slip"), { "data-back": true })];
  const heard = listenTools(["slip_camera", "camera_hint", "back"]);
  show({ heading: say("slip_camera"), tools: toolbar(), body: [heard, state, video], actions });
  look(video, take).catch(() => {
    state.textContent = say("camera_none");
    if (state.isConnected) tell(["camera_none", "back"]);
  });
}

/** Type the code of the slip. */
export function code() {
  listen(take);
  const own = { class: "text", id: "code", maxlength: "60", "aria-describedby": "typed" };
  const field = make("input", { ...FORGETFUL, ...own });
  const typed = make("p", { id: "typed", class: "hint" }, say("code_typed", { number: 0, all: LENGTH }));
  const fault = make("p", { class: "wrong", id: "fault", role: "alert" });
  field.addEventListener("input", () => {
    typed.textContent = say("code_typed", { number: typedLength(field.value), all: LENGTH });
  });
  const send = (event) => {
    event.preventDefault();
    const slipRead = readSlip(field.value);
    if (slipRead) return take(slipRead);
    const problem = typedLength(field.value) === LENGTH ? "code_wrong" : "code_length";
    fault.textContent = say(problem);
    tell([problem]);
    field.setAttribute("aria-invalid", "true");
    return field.focus();
  };
  const form = make("form", { submit: send, novalidate: true, autocomplete: "off" },
    make("label", { for: "code", class: "legend" }, say("code_label")), field, typed, fault,
    make("div", { class: "actions" }, [
      button(say("back"), () => go("slip"), { "data-back": true }),
      make("button", { class: "button main", type: "submit" }, say("go_on")),
    ]));
  const heard = listenTools(["slip_type", "code_label", "go_on", "back"]);
  show({ heading: say("slip_type"), tools: toolbar(), body: [heard, form] });
  field.focus();
}

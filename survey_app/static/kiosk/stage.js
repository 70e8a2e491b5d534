/** The one screen that is shown: heading, body, buttons; tools above, a foot below; a dialog that asks over it. */

import { button, make } from "./element.js";
import { listen, putCameraAway } from "./scanner.js";
import { hush } from "./sound.js";
import { say } from "./words.js";

const UNSEEN = 300; // ms after a change in which a second touch of a double touch is not taken for an answer
const routes = {};

const stage = document.getElementById("stage");
const tools = document.getElementById("tools");
const foot = document.getElementById("foot");
const ask = document.getElementById("ask");

let shown = { name: "", details: null, at: 0 };

/** Name the screens: `go(name)` calls them. */
export function addScreens(screens) {
  Object.assign(routes, screens);
}

/** Show another screen; the sound, the scanner and the camera of the last one end with it. */
export function go(name, details = null) {
  shown = { name, details, at: performance.now() };
  hush();
  listen(null);
  putCameraAway();
  return routes[name](details);
}

/** Show the same screen again: in another language, or with other news. */
export function redraw() {
  return go(shown.name, shown.details);
}

/** Name of the screen that is shown. */
export function screenName() {
  return shown.name;
}

/** Put a screen together; its heading takes the focus, so that it is read out. */
export function show(parts) {
  const { heading, lang = null, above = [], body = [], actions = [] } = parts;
  closeAsk();
  const title = make("h1", { id: "heading", tabindex: "-1", lang }, heading);
  const row = actions.length ? make("div", { class: "actions" }, actions) : null;
  tools.replaceChildren(...(parts.tools ?? []));
  stage.replaceChildren(...[above, title, body, row].flat(Infinity).filter(Boolean));
  foot.replaceChildren(...(parts.foot ?? []));
  stage.dataset.screen = shown.name;
  document.title = say("title");
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
  shown.at = performance.now();
}

/** Take everything from the screen; nothing of it stays in the page. */
export function clear() {
  closeAsk();
  document.activeElement?.blur();
  getSelection()?.removeAllRanges();
  for (const place of [tools, stage, foot]) place.replaceChildren();
}

/** Ask something over the screen; each of `answers` is [words, what to do, more attributes]. */
export function askOver(heading, body, answers) {
  closeAsk();
  const buttons = answers.map(([words, press, attributes = {}]) =>
    button(words, () => {
      closeAsk();
      press();
    }, attributes),
  );
  const title = make("h2", { id: "ask-heading", tabindex: "-1" }, heading);
  ask.replaceChildren(title, ...body, make("div", { class: "actions" }, buttons));
  openAsk();
}

function openAsk() {
  ask.showModal();
  document.getElementById("ask-heading").focus();
}

/** Close what is asked, and leave nothing of it. */
export function closeAsk() {
  if (ask.open) ask.close();
  ask.replaceChildren();
}

/** Do not take the second touch of a double touch for an answer to the next question; keys are not held up. */
export function guardDoubleTouch() {
  const early = (event) => event.detail > 0 && performance.now() - shown.at < UNSEEN;
  addEventListener("click", (event) => {
    if (early(event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, { capture: true });
}

/** Only an answer closes what is asked: a browser lets its closing be refused once, so it is opened again. */
export function guardAsking() {
  ask.addEventListener("cancel", (event) => event.preventDefault());
  ask.addEventListener("close", () => {
    if (!ask.open && ask.hasChildNodes()) openAsk();
  });
}

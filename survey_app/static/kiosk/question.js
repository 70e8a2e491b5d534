/** One question per screen; every answer costs the same one touch. */

import { button, face, make } from "./element.js";
import { helper } from "./entrance.js";
import { choices, questions, shape } from "./flow.js";
import { stopButton } from "./leaving.js";
import { withoutSlips, withoutTraces } from "./slip.js";
import { listenTools, picture } from "./sound.js";
import { go, show } from "./stage.js";
import { toolbar } from "./toolbar.js";
import { ask, commentText, current } from "./visit.js";
import { figure, say } from "./words.js";

const ROOM = 1000; // characters more than a comment may have: a code scanned into it must come whole, to be known

/** Show the question at which the visit stands. */
export function question() {
  const visit = current();
  const asked = questions(visit.round.instrument, visit.answers);
  if (visit.place >= asked.length) return go("last");
  const item = asked[visit.place];
  const words = ask(`item.${item.id}`);
  show({
    heading: words.text,
    lang: words.language,
    tools: toolbar(),
    above: [progress(visit.place + 1, asked.length), lead(item)],
    body: [listenTools(texts(item)), picture(`item.${item.id}`), note(item), BODIES[shape(item)](item)],
    actions: [back(), stopButton(), visit.place ? null : helper(), onward(item)],
  });
  return item;
}

/** What is read out: the question, its hint, its answers in their order, then what else can be done. */
function texts(item) {
  const [form, { answers: all, place, round }] = [shape(item), current()];
  const answers = form === "text" ? ["no_names"] : choices(round.instrument, item).map((one) => one.text);
  const given = all.has(item.id);
  const onwards = [given || item.required ? null : "skip", given || form === "several" ? "go_on" : null];
  const end = ["back", "stop", place ? null : "assisted_heading"];
  return [`item.${item.id}`, `item.${item.id}.hint`, ...answers, ...onwards, ...end];
}

const BODIES = { grades, one: single, several, text: comment };

function progress(number, count) {
  const words = say("progress", { number, count });
  const bar = make("progress", { max: String(count), value: String(number - 1), "aria-hidden": "true" });
  const helped = current().assisted ? make("span", { class: "mark" }, say("assisted_on")) : null;
  return make("div", { class: "progress" }, make("p", {}, words), bar, helped);
}

/** What the page of the questionnaire says above its questions. */
function lead(item) {
  if (shape(item) === "text") return null;
  const heading = ask(`page.${item.page}`);
  return heading && make("p", { class: "lead", lang: heading.language }, heading.text);
}

function note(item) {
  const hint = ask(`item.${item.id}.hint`);
  if (hint) return make("p", { class: "hint", lang: hint.language }, hint.text);
  if (shape(item) === "several") return make("p", { class: "hint" }, say("choose_up_to", { number: item.choose }));
  return shape(item) === "text" ? make("p", { class: "hint" }, say("no_names")) : null;
}

/** Take an answer and go on; an answer that was there before is replaced. */
function answer(item, value) {
  current().answers.set(item.id, value);
  next();
}

function next() {
  current().place += 1;
  go("question");
}

function choice(item, one, press) {
  const words = ask(one.text);
  const given = current().answers.get(item.id);
  const pressed = Array.isArray(given) ? given.includes(one.value) : given === one.value;
  const inside = [one.face ? face(one.face) : picture(one.text), make("span", { lang: words.language }, words.text)];
  const looks = one.apart ? "choice apart" : "choice";
  const state = { "aria-pressed": String(pressed), "data-value": String(one.value) };
  const attributes = { class: looks, "data-text": one.text, ...state };
  return button(inside.filter(Boolean), press, attributes);
}

function group(looks, all) {
  return make("div", { class: looks, role: "group", "aria-labelledby": "heading" }, all);
}

function grades(item) {
  const all = choices(current().round.instrument, item);
  const made = (one) => choice(item, one, () => answer(item, one.value));
  const together = all.filter((one) => !one.apart);
  const apart = all.filter((one) => one.apart).map(made);
  return [group(together.length === 5 ? "row" : "list", together.map(made)), ...apart];
}

function single(item) {
  const made = (one) => choice(item, one, () => answer(item, one.value));
  const all = choices(current().round.instrument, item);
  return group("list", all.map(made));
}

/** Several may be chosen, up to a number; one too many says so and changes nothing. */
function several(item) {
  const state = make("p", { class: "told", role: "status" });
  const made = (one) => choice(item, one, (event) => toggle(item, one.value, event.currentTarget, state));
  const all = choices(current().round.instrument, item);
  return [group("list", all.map(made)), state];
}

function toggle(item, value, pressed, state) {
  const { answers } = current();
  const before = answers.get(item.id) ?? [];
  const without = before.filter((one) => one !== value);
  const after = before.includes(value) ? without : [...before, value];
  if (after.length > item.choose) {
    state.textContent = say("too_many", { number: item.choose });
    return;
  }
  state.textContent = "";
  if (after.length) answers.set(item.id, after);
  else answers.delete(item.id);
  pressed.setAttribute("aria-pressed", String(after.includes(value)));
  onwardFor(item);
}

function comment(item) {
  const field = make("textarea", {
    id: "comment", class: "text", rows: "4", maxlength: String(item.max_length + ROOM), "aria-labelledby": "heading",
    autocomplete: "off", autocorrect: "off", spellcheck: "false",
  });
  field.value = current().answers.get(item.id) ?? "";
  const written = (clean) => {
    if (clean !== field.value) field.value = clean;
    if (clean.trim()) current().answers.set(item.id, clean);
    else current().answers.delete(item.id);
    onwardFor(item);
  };
  field.addEventListener("input", () => written(withoutSlips(field.value)));
  field.addEventListener("change", () => written(withoutTraces(field.value))); // before a button is pressed
  const most = say("at_most", { number: figure(item.max_length) });
  return [field, make("p", { class: "hint", role: "status", id: "most" }, most)];
}

/** True if a comment is longer than the questionnaire takes; then it says so, and nothing of it is cut off. */
function tooLong(item) {
  const length = commentText(current().answers.get(item.id) ?? "").length;
  const state = document.getElementById("most");
  if (length <= item.max_length) return false;
  state.className = "wrong";
  state.textContent = `${say("at_most", { number: figure(item.max_length) })} (${figure(length)})`;
  document.getElementById("comment").focus();
  return true;
}

function back() {
  const earlier = () => {
    current().place -= 1;
    go("question");
  };
  return button(say("back"), current().place > 0 ? earlier : () => go("slip"), { "data-back": true });
}

/** Go on without an answer, or with what is there; a question that needs an answer has no such button before it. */
function onward(item) {
  const press = () => (shape(item) === "text" && tooLong(item)) || next();
  const [given, form] = [current().answers.has(item.id), shape(item)];
  const hidden = item.required && !given;
  if (hidden && (form === "grades" || form === "one")) return null; // one touch answers and goes on
  return button(say(given ? "go_on" : "skip"), press, { id: "onward", class: "button end", hidden });
}

/** Say what the button means now. */
function onwardFor(item) {
  const onwards = document.getElementById("onward");
  const given = current().answers.has(item.id);
  onwards.textContent = say(given ? "go_on" : "skip");
  onwards.hidden = item.required && !given;
}

/** Above the questions: language, larger text, stronger contrast. They go back when the person has left. */

import { button, make } from "./element.js";
import { redraw } from "./stage.js";
import { choose, current } from "./visit.js";
import { say, speak } from "./words.js";

/** Make the tools for a questionnaire in these languages; without a list, those of the visit's round. */
export function toolbar(languages = current()?.round?.languages ?? [], words = current()?.round?.instrument.words) {
  const switches = languages.map((language) => languageButton(language, words?.[language]?.language ?? language));
  return [
    switches.length > 1 ? make("div", { role: "group", "aria-label": say("languages") }, switches) : make("div"),
    make("div", { role: "group", "aria-label": say("reading") }, toggle("large"), toggle("contrast")),
  ];
}

function languageButton(language, name) {
  const change = () => {
    choose(language);
    speak(language);
    redraw();
  };
  const pressed = String(current()?.language === language);
  return button(name, change, { class: "button tool", lang: language, "aria-pressed": pressed });
}

function toggle(name) {
  const { classList } = document.documentElement;
  const change = (event) => {
    event.currentTarget.setAttribute("aria-pressed", String(classList.toggle(name)));
  };
  return button(say(name), change, { class: "button tool", "aria-pressed": String(classList.contains(name)) });
}

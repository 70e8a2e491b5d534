/** Words of the interface: from the catalogue of the server, in the language of the person at the screen. */

import { Refused } from "./device.js";

let catalogue = {};
let added = {};
let chosen = "vi";

/** Fetch the catalogue; the service worker has it when there is no line. */
export async function loadWords(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Refused(response.status, null);
  catalogue = await response.json();
}

/** Languages that the platform itself speaks, its own first. */
export function platformLanguages() {
  return ["vi", ...Object.keys(catalogue).filter((language) => language !== "vi")];
}

/** Words of languages that the office has added; they come with the questionnaires. */
export function addWords(screens = {}) {
  added = screens;
}

/** Speak a language from now on; where the interface does not have it, buttons stay in Vietnamese. */
export function speak(language) {
  chosen = language;
  document.documentElement.lang = interfaceLanguage(language);
}

/** Language of buttons and notes for somebody who reads the questions in `language`. */
export function interfaceLanguage(language) {
  return catalogue[language] || added[language]?.title ? language : "vi";
}

/** A text of the interface; values stand in it as %(name)s. */
export function say(name, values = {}, language = chosen) {
  const text = (catalogue[language] ?? added[language])?.[name] ?? catalogue.vi[name];
  if (text === undefined) throw new Error(`no words for ${name}`);
  return text.replace(/%\((\w+)\)s/g, (_all, value) => String(values[value]));
}

/** A number, as the language writes it. */
export function figure(number) {
  return new Intl.NumberFormat(interfaceLanguage(chosen)).format(number);
}

/** A moment of this device's clock, as offices here write it: 22/11/2026 03:16. */
export function moment(milliseconds) {
  const at = new Date(milliseconds);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${at.toLocaleDateString("en-GB")} ${time}`;
}

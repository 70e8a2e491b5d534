/** Before the questions: the screen that waits for people, and how somebody begins. */

import { button, face, make } from "./element.js";
import { stopButton, watchVisit } from "./leaving.js";
import { askedNow, offer } from "./rounds.js";
import { cameraReads, listen } from "./scanner.js";
import { go, screenName, show } from "./stage.js";
import { addRecordings, listenTools, onlyHears, listen as readOut } from "./sound.js";
import { toolbar } from "./toolbar.js";
import { begin, current, join } from "./visit.js";
import { withdrawn } from "./withdrawal.js";
import { addWords, interfaceLanguage, platformLanguages, say, speak } from "./words.js";

const SLIP_TEXTS = ["slip_heading", "office_device", "slip_scan"];

/** The screen between two people: whose device this is, and one large button per language. */
export async function attract() {
  const found = (await offer()) ?? { rounds: [] };
  const { device, screens } = found;
  const [rounds, refused] = await Promise.all([askedNow(found), withdrawn()]);
  if (screenName() !== "attract") return;
  addWords(screens);
  addRecordings(found);
  if (refused) return closed("withdrawn", "withdrawn_hint");
  if (!rounds.length) return closed("no_round", "no_round_hint");
  listen((slip) => scanned(slip, rounds));
  const languages = rounds[0].languages;
  speak(languages[0]);
  const { words } = rounds[0].instrument;
  const doors = languages.map((language) => door(language, words[language].language));
  return show({
    heading: words[languages[0]].title,
    lang: languages[0],
    above: [make("p", { class: "lead" }, device.desk), make("div", { class: "faces" }, [1, 2, 3, 4, 5].map(face))],
    body: [make("div", { class: "doors" }, doors), voices(languages, words), notices(languages)],
    foot: [staff()],
  });
}

function staff() {
  return button(say("staff"), () => go("pin"), { class: "button plain" });
}

/** Nobody is asked: why not, in every language of the platform, since no person has chosen one. */
function closed(name, hint) {
  const [own, ...others] = platformLanguages();
  speak(own);
  const also = (lang) => make("div", { class: "note", lang },
    make("p", { class: "legend" }, say(name, {}, lang)), make("p", {}, say(hint, {}, lang)));
  show({ heading: say(name), body: [make("p", {}, say(hint)), others.map(also)], foot: [staff()] });
}

function door(language, name) {
  const start = say("start", {}, language);
  const words = [make("span", { class: "big" }, start), make("span", { lang: language }, name)];
  return button(words, () => enter(language), { class: "button main door", lang: language });
}

/** Each language that is only heard says by itself where to touch. */
function voices(languages, words) {
  const name = (language) => make("span", { lang: language }, words[language].language);
  const voice = (language) => button([say("listen"), ": ", name(language)], () => readOut(["start"], language));
  const heard = languages.filter(onlyHears).map(voice);
  return heard.length ? make("div", { class: "listen" }, heard) : null;
}

/** Whose device this is, before anything is scanned, in each language of the interface. */
function notices(languages) {
  const ours = languages.filter((language) => interfaceLanguage(language) === language);
  const note = (language) => make("p", { class: "note", lang: language }, say("office_device", {}, language));
  return make("div", { class: "notices" }, ours.map(note));
}

function enter(language) {
  speak(language);
  begin(language);
  watchVisit();
  go("slip");
}

/** A slip was held before the scanner while the screen waited for people. */
function scanned(slip, rounds) {
  if (!current()) {
    begin(rounds[0].languages[0]);
    watchVisit();
  }
  take(slip);
}

/** Go on with a slip, or null for a code that is none: its round decides what is asked. */
export async function take(slip) {
  const [visit, screen] = [current(), screenName()];
  const { rounds } = await offer();
  if (!visit || current() !== visit || screenName() !== screen) return; // the person has left, or gone on without it
  const round = slip && rounds.find((one) => one.number === slip.round);
  if (!round) {
    go("slip", { problem: slip ? "slip_elsewhere" : "slip_unreadable" });
    return;
  }
  start(round, slip.token);
}

function start(round, token) {
  join(round, token);
  speak(current().language);
  watchVisit();
  go("question");
}

/** Ask for the slip, or go on without one. */
export async function slip(details) {
  listen(take);
  const camera = await cameraReads();
  const [asked] = await askedNow(await offer());
  if (!current() || screenName() !== "slip") return;
  const ways = [
    camera && button(say("slip_camera"), () => go("camera"), { class: "button main wide" }),
    button(say("slip_type"), () => go("code"), { class: "button wide" }),
    asked && button(say("slip_without"), () => start(asked, null), { class: "button wide" }),
  ];
  show({
    heading: say("slip_heading"),
    tools: toolbar(asked?.languages, asked?.instrument.words),
    above: details?.problem ? [make("p", { class: "note warm", role: "alert" }, say(details.problem))] : [],
    body: [
      listenTools([
        details?.problem, ...SLIP_TEXTS, camera && "slip_camera", "slip_type", asked && "slip_without",
        "assisted_heading", "stop",
      ]),
      make("p", { class: "note" }, say("office_device")),
      make("p", {}, say("slip_scan")),
      make("div", { class: "ways" }, ways),
    ],
    actions: [helper(), stopButton()],
  });
}

/** Somebody reads the questions out: the answer is marked, and who handled the dossier must not help. */
export function helper() {
  const on = current().assisted;
  const choose = () => go("assisted", screenName());
  return button(say(on ? "assisted_on" : "assisted_off"), choose, { "aria-pressed": String(on), "data-helper": true });
}

/** Warn before help is taken; then go on where it was chosen. */
export function assisted(from) {
  const choose = (value) => () => {
    current().assisted = value;
    go(from);
  };
  show({
    heading: say("assisted_heading"),
    tools: toolbar(),
    body: [
      listenTools(["assisted_heading", "assisted_warning", "assisted_mark", "assisted_no", "assisted_yes"]),
      make("p", { class: "note warm" }, say("assisted_warning")),
      make("p", {}, say("assisted_mark")),
    ],
    actions: [
      button(say("assisted_no"), choose(false)),
      button(say("assisted_yes"), choose(true), { class: "button main" }),
    ],
  });
}

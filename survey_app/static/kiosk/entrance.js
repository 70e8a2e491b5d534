/** Before the questions: the screen that waits for people, and how somebody begins. */

import { button, face, make } from "./element.js";
import { reset, watchVisit } from "./leaving.js";
import { askedNow } from "./rounds.js";
import { cameraReads, listen, putCameraAway } from "./scanner.js";
import { go, screenName, show } from "./stage.js";
import { addRecordings, listenTools } from "./sound.js";
import { fact } from "./store.js";
import { toolbar } from "./toolbar.js";
import { begin, current } from "./visit.js";
import { addWords, interfaceLanguage, say, speak } from "./words.js";

/** The screen between two people: whose device this is, and one large button per language. */
export async function attract() {
  const found = (await fact("package")) ?? { rounds: [] };
  const { device, screens } = found;
  const rounds = await askedNow(found);
  if (screenName() !== "attract") return;
  addWords(screens);
  addRecordings(found);
  listen((slip) => scanned(slip, rounds));
  const staff = button(say("staff"), () => go("pin"), { class: "button plain" });
  if (!rounds.length) {
    show({ heading: say("no_round"), body: [make("p", {}, say("no_round_hint"))], foot: [staff] });
    return;
  }
  const languages = rounds[0].languages;
  speak(languages[0]);
  const { words } = rounds[0].instrument;
  const doors = languages.map((language) => door(language, words[language].language));
  show({
    heading: words[languages[0]].title,
    lang: languages[0],
    above: [make("p", { class: "lead" }, device.desk), make("div", { class: "faces" }, [1, 2, 3, 4, 5].map(face))],
    body: [make("div", { class: "doors" }, doors), notices(languages)],
    foot: [staff],
  });
}

function door(language, name) {
  const start = say("start", {}, language);
  const words = [make("span", { class: "big" }, start), make("span", { lang: language }, name)];
  return button(words, () => enter(language), { class: "button main door", lang: language });
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
    speak(rounds[0]?.languages[0] ?? "vi");
    begin(rounds[0]?.languages[0] ?? "vi");
    watchVisit();
  }
  take(slip);
}

/** Go on with a slip: its round decides what is asked. */
export async function take(slip) {
  const rounds = (await fact("package")).rounds;
  if (!current()) return;
  const round = slip && rounds.find((one) => one.number === slip.round);
  if (!round) {
    go("slip", { problem: slip ? "slip_elsewhere" : "slip_unreadable" });
    return;
  }
  putCameraAway();
  Object.assign(current(), { token: slip.token, round });
  start();
}

function start() {
  listen(null);
  const { round, language } = current();
  if (!round.languages.includes(language)) current().language = round.languages[0];
  current().began = performance.now();
  watchVisit();
  go("question");
}

/** Ask for the slip, or go on without one. */
export async function slip(details) {
  listen(take);
  const camera = await cameraReads();
  const [asked] = await askedNow(await fact("package"));
  if (!current() || screenName() !== "slip") return;
  const without = () => {
    Object.assign(current(), { token: null, round: asked });
    start();
  };
  const ways = [
    camera && button(say("slip_camera"), () => go("camera"), { class: "button main wide" }),
    button(say("slip_type"), () => go("code"), { class: "button wide" }),
    asked && button(say("slip_without"), without, { class: "button wide" }),
  ];
  show({
    heading: say("slip_heading"),
    tools: toolbar(asked?.languages, asked?.instrument.words),
    above: details?.problem ? [make("p", { class: "note warm", role: "alert" }, say(details.problem))] : [],
    body: [
      listenTools([details?.problem, "slip_heading", "office_device", "slip_scan", asked && "slip_without", "assisted_heading"]),
      make("p", { class: "note" }, say("office_device")),
      make("p", {}, say("slip_scan")),
      make("div", { class: "ways" }, ways),
    ],
    actions: [helper(), leave()],
  });
}

function leave() {
  return button(say("stop"), reset, { class: "button plain" });
}

/** Somebody reads the questions out: the answer is marked, and who handled the dossier must not help. */
function helper() {
  const on = current().assisted;
  return button(say(on ? "assisted_on" : "assisted_off"), () => go("assisted"), { "aria-pressed": String(on) });
}

/** Warn before help is taken. */
export function assisted() {
  const choose = (value) => () => {
    current().assisted = value;
    go("slip");
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

/** Reading out: recordings one after the other, on request; the queue is emptied with every screen and every person. */

import { button, make } from "./element.js";
import { present } from "./idle.js";
import { mediaAddress } from "./media.js";
import { current } from "./visit.js";
import { figure, say } from "./words.js";

const SPEEDS = [1, 1.25, 0.75];

let known = { recordings: {}, placeholders: [], heard: [] };
let speed = SPEEDS[0];
let queue = [];
let player = null;
let address = "";
let turn = 0;
let reading = false;

/** Take over what the package says about recordings. */
export function addRecordings({ recordings = {}, placeholders = [], heard = [] } = {}) {
  known = { recordings, placeholders, heard };
}

/** What is being read out, for tests and for nobody else: the file now, and how many wait behind it. */
export function hearing() {
  return { now: player?.dataset.file ?? null, ended: player?.ended ?? null, waiting: queue.length, speed };
}

/** Be silent at once; nothing waits any more. */
export function hush() {
  turn += 1;
  queue = [];
  reading = false;
  mark(null);
  if (player) {
    player.pause();
    player.removeAttribute("src");
    player.load();
    player = null;
  }
  if (address) URL.revokeObjectURL(address);
  address = "";
}

/** The next person begins at the usual speed. */
export function forgetSound() {
  hush();
  speed = SPEEDS[0];
}

/** Recordings of these texts in a language: those of the questionnaire, or of the screens. */
function recordings(names, language) {
  const own = { ...known.recordings[language], ...current()?.round?.recordings[language] };
  return names.filter((name) => own[name]).map((name) => ({ name, file: own[name] }));
}

/** Whether a language is offered in recordings only. */
export function onlyHears(language) {
  return known.heard.includes(language);
}

/** Read these texts out by themselves to a person who only hears. */
export function tell(names, language = current()?.language) {
  if (onlyHears(language)) setTimeout(() => listen(names, language));
}

/** The button that reads out what is asked over a screen; none where nobody has recorded it. */
export function askTools(names) {
  tell(names);
  return recordings(names, current()?.language).length ? [button(say("listen"), () => listen(names))] : [];
}

/** Buttons that read these texts out; null where nobody has recorded them. Begins by itself for who only hears. */
export function listenTools(names, language = current()?.language) {
  const found = recordings(names, language);
  if (!found.length) return null;
  const machine = found.some(({ file }) => known.placeholders.includes(file));
  tell(names, language);
  return make("div", { class: "listen", role: "group", "aria-label": say("listen") }, [
    button(say("listen"), () => listen(names, language), { id: "listen" }),
    button(say("hush"), hush, { id: "hush" }),
    button(speedWords(), faster, { id: "speed" }),
    machine ? make("span", { class: "mark" }, say("machine_voice")) : null,
  ]);
}

function speedWords() {
  return say("speed", { number: figure(speed) });
}

function faster(event) {
  speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
  if (player) player.playbackRate = speed;
  event.currentTarget.textContent = speedWords();
}

/** Read texts out from the first one on; what was being read out before stops. */
export async function listen(names, language = current()?.language) {
  hush();
  const mine = turn;
  queue = recordings(names, language);
  reading = true;
  while (queue.length && turn === mine) {
    const { name, file } = queue.shift();
    const found = await mediaAddress(file).catch(() => null);
    if (turn !== mine) {
      if (found) URL.revokeObjectURL(found);
      return;
    }
    if (found) await playOne(name, file, found);
  }
  if (turn === mine) {
    mark(null);
    reading = false;
  }
}

/** Whether something is being read out. */
export function reads() {
  return reading;
}

/** Play one recording to its end; whoever listens is there, so the countdown waits. */
function playOne(name, file, found) {
  present();
  mark(name);
  if (address) URL.revokeObjectURL(address);
  address = found;
  player = new Audio(found);
  player.dataset.file = file;
  player.playbackRate = speed;
  player.addEventListener("timeupdate", present);
  return new Promise((resolve) => {
    for (const end of ["ended", "error", "pause", "emptied"]) player.addEventListener(end, resolve, { once: true });
    player.play().catch(resolve);
  });
}

/** Show which answer is being read. */
function mark(name) {
  for (const one of document.querySelectorAll("[data-text]")) one.classList.toggle("heard", one.dataset.text === name);
}

/** The picture that stands beside a text; its words say the same, so it has none of its own. */
export function picture(name) {
  const file = current()?.round?.pictures?.[name];
  if (!file) return null;
  const image = make("img", { class: "picture", alt: "", hidden: true });
  mediaAddress(file).then((found) => {
    if (!found) return;
    image.addEventListener("load", () => URL.revokeObjectURL(found), { once: true });
    image.src = found;
    image.hidden = false;
  }).catch(() => {});
  return image;
}

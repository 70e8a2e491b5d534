/** The PIN of staff: checked on the device against a verifier, so that it works without a line. */

import { fromText } from "./bytes.js";
import { button, make } from "./element.js";
import { fact, keepFacts } from "./store.js";
import { go, show } from "./stage.js";
import { say } from "./words.js";

const LENGTH = 6;
const FREE_TRIES = 5;
const WAIT = 60_000; // ms after too many wrong tries, doubled each further time
const LONGEST_WAIT = 3_600_000;
const LEAVE_AFTER = 60_000; // ms: nobody leaves the pad open for the public

let leaving = 0;
let checking = false; // one PIN at a time, whatever is pressed meanwhile and on whatever pad

/** Ask for the PIN on a pad of large digits: no field that a browser could keep or complete. */
export async function pin() {
  const state = make("p", { role: "status", class: "dots" }, say("pin_typed", { number: 0, all: LENGTH }));
  const fault = make("p", { class: "wrong", role: "alert" });
  let typed = "";
  const tell = () => {
    state.textContent = say("pin_typed", { number: typed.length, all: LENGTH });
  };
  const press = async (digit) => {
    if (checking) return;
    typed += digit;
    tell();
    if (typed.length < LENGTH) return;
    checking = true;
    const wrong = await tried(typed).finally(() => {
      checking = false;
      typed = "";
    });
    if (!pad.isConnected) return;
    if (!wrong) {
      clearTimeout(leaving);
      go("staff");
      return;
    }
    fault.textContent = wrong;
    tell();
  };
  const erase = () => {
    if (checking) return;
    typed = typed.slice(0, -1);
    tell();
  };
  const pad = keypad(press, erase);
  show({ heading: say("pin_heading"), body: [state, fault, pad], actions: [button(say("back"), leave)] });
  clearTimeout(leaving);
  leaving = setTimeout(() => pad.isConnected && leave(), LEAVE_AFTER);
}

/** Ten digits and a way to take one back, on the screen and on the keyboard. */
function keypad(press, erase) {
  const keys = [..."1234567890"].map((digit) => button(digit, () => press(digit), { class: "button key" }));
  keys.splice(-1, 0, button(say("pin_delete"), erase, { class: "button key small" }));
  const pad = make("div", { class: "pad" }, keys);
  const heard = (event) => {
    if (!pad.isConnected) removeEventListener("keydown", heard);
    else if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") erase();
  };
  addEventListener("keydown", heard);
  return pad;
}

function leave() {
  clearTimeout(leaving);
  go("attract");
}

/** Check a PIN; gives what to say if it is wrong, else nothing. Wrong tries are on the disk: a reload forgets none. */
async function tried(typed) {
  const { wrong = 0, at = 0, pause = 0 } = (await fact("pin_tries")) ?? {};
  const rest = await restOf(wrong, at, pause);
  if (rest > 0) return say("pin_wait", { seconds: Math.ceil(rest / 1000) });
  const next = wrong + 1 < FREE_TRIES ? 0 : Math.min(WAIT * 2 ** (wrong + 1 - FREE_TRIES), LONGEST_WAIT);
  await keepFacts({ pin_tries: { wrong: wrong + 1, at: Date.now(), pause: next } }); // counted before it is checked
  if (!(await matches(typed))) return next ? say("pin_wait", { seconds: Math.ceil(next / 1000) }) : say("pin_wrong");
  await keepFacts({ pin_tries: { wrong: 0, at: 0, pause: 0 } });
  return "";
}

/** How long the pause still lasts; where the clock was set back since, it begins anew and is not longer for it. */
async function restOf(wrong, at, pause) {
  const now = Date.now();
  if (!pause || now >= at) return pause && at + pause - now;
  await keepFacts({ pin_tries: { wrong, at: now, pause } });
  return pause;
}

async function matches(typed) {
  const verifier = (await fact("package"))?.pin;
  if (!verifier) return false;
  const source = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const { salt, iterations, hash } = verifier;
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: fromText(salt), iterations };
  const found = new Uint8Array(await crypto.subtle.deriveBits(rule, source, 256));
  const wanted = fromText(hash);
  return wanted.length === found.length && wanted.every((byte, place) => byte === found[place]);
}

/** The page of staff: what waits, how the line stands, and the ways out. */

import { VERSION } from "./device.js";
import { button, make } from "./element.js";
import { exportFile } from "./export.js";
import { unlock } from "./lockdown.js";
import { mediaState } from "./media.js";
import { askToPersist, lookForUpdate, readiness } from "./ready.js";
import { counts, fact, forgetDevice, refused, waiting } from "./store.js";
import { askOver, go, redraw, screenName, show } from "./stage.js";
import { lineState, sendSoon } from "./sync.js";
import { figure, moment, say } from "./words.js";

const REASONS = new Set(["damaged", "erased", "partial", "not_valid"]);
const LEAVE_AFTER = 180_000; // ms without a touch: the page is not left open for the public

let leaving = 0;
let saved = { device: "", last: 0 }; // highest number of a device that is in a file; a new enrolment begins at 1

/** Show the state of this device. */
export async function staff() {
  const [rows, list] = await Promise.all([facts(), letters()]);
  if (screenName() !== "staff") return;
  show({
    heading: say("staff_heading"),
    body: [make("dl", { class: "facts" }, rows.map(row)), list],
    actions: [
      button(say("back_to_citizens"), close, { class: "button main", id: "close" }),
      button(say("send_now"), () => again(sendSoon()), { id: "send-now" }),
      button(say("export"), saveFile, { id: "export" }),
      button(say("persist"), () => again(askToPersist())),
      button(say("update"), () => again(lookForUpdate())),
      button(say("enrol_again"), anew, { id: "anew" }),
      button(say("leave_kiosk"), leaveKiosk, { id: "leave-kiosk" }),
    ],
  });
  stayOpen();
}

function row([name, value]) {
  return [make("dt", {}, name), make("dd", {}, value)];
}

function stayOpen() {
  clearTimeout(leaving);
  leaving = setTimeout(() => screenName() === "staff" && close(), LEAVE_AFTER);
}

function close() {
  clearTimeout(leaving);
  go("attract");
}

async function again(work) {
  await Promise.resolve(work).catch(() => {});
  if (screenName() === "staff") redraw();
}

async function facts() {
  const [device, found, sums, ready] = await Promise.all([fact("device"), fact("report"), counts(), readiness()]);
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  const { line, error } = lineState();
  const whole = Object.values(ready).every(Boolean);
  return [
    [say("fact_device"), `${device.number} · ${device.name} · ${device.desk}`],
    [say("fact_waiting"), figure(sums.waiting)],
    [say("fact_refused"), figure(sums.refused)],
    [say("fact_reasons"), reasons(await fact("refusals"))],
    [say("fact_line"), say(`line_${line}`) + (error ? ` (${error})` : "")],
    [say("fact_last"), found ? moment(found.at) : say("never")],
    [say("fact_clock"), clockDifference(found)],
    [say("fact_missing"), ranges(found?.missing)],
    [say("fact_persisted"), say(persisted ? "persisted_yes" : "persisted_no")],
    [say("fact_ready"), say(whole ? "ready" : "ready_not")],
    [say("fact_media"), mediaWords(mediaState(), await fact("package"))],
    [say("fact_version"), VERSION],
  ];
}

/** How many recordings and pictures are stored, and whether a machine speaks any of them. */
function mediaWords({ stored, wanted, full }, found) {
  const words = say("media_stored", { number: figure(stored), count: figure(wanted) });
  const machine = found?.placeholders?.length ? `; ${say("machine_voice")}: ${figure(found.placeholders.length)}` : "";
  return words + (full ? `; ${say("media_full")}` : "") + machine;
}

function reasons(found) {
  const line = ([reason, number]) => `${reasonWords(reason)}: ${figure(number)}`;
  return Object.entries(found ?? {}).map(line).join("; ") || figure(0);
}

function reasonWords(reason) {
  return say(REASONS.has(reason) ? `reason_${reason}` : "reason_other");
}

function ranges(missing) {
  return (missing ?? []).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ") || say("none");
}

/** How far this device's clock is from the server's, in minutes. */
function clockDifference(found) {
  if (!found?.time) return say("never");
  const minutes = Math.round((found.at - Date.parse(found.time)) / 60_000);
  return minutes ? say("clock_off", { minutes: figure(minutes) }) : say("clock_right");
}

/** Answers that the server could not read: listed until it says that they may go. */
async function letters() {
  const all = await refused();
  if (!all.length) return null;
  const line = ({ seq, reason, at }) =>
    make("li", {}, say("letter", { number: seq, reason: reasonWords(reason), at: moment(at) }));
  return make("section", {}, make("h2", {}, say("letters")), make("ul", {}, all.map(line)));
}

async function saveFile() {
  const { name, content, device, last } = await exportFile();
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  saved = { device, last };
}

/** A new enrolment begins new numbers; it never throws answers away that are in no file. */
async function anew() {
  const back = [say("back"), stayOpen, { class: "button main" }];
  const held = [...(await waiting()), ...(await refused())];
  const inFile = saved.device === (await fact("device")).device ? saved.last : 0;
  if (held.some(({ seq }) => seq > inFile)) {
    askOver(say("enrol_again"), [make("p", {}, say("export_first"))], [back]);
    return;
  }
  const words = say(held.length ? "enrol_again_exported" : "enrol_again_hint");
  const begin = async () => {
    await forgetDevice();
    go("enrolment");
  };
  askOver(say("enrol_again"), [make("p", {}, words)], [[say("enrol_again_yes"), begin], back]);
}

function leaveKiosk() {
  unlock();
  location.assign("/");
}

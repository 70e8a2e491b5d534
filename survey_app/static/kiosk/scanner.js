/** Reading a slip: a hand scanner that types like a keyboard, or the camera where the browser can read codes itself. */

import { LENGTH, readSlip } from "./slip.js";

const FAST = 400; // ms between two keys of a scan
const SHORTEST = 20; // so many keys that come fast, and a line end, are a scan and no typing
const LONGEST = 300; // keys that are kept
const LOOK_EVERY = 250;

let heard = "";
let run = 0; // how many keys have come fast, one after the other
let last = 0;
let listener = null;
let stream = null;
let looking = 0; // which look through the camera is the last one

/** Listen to a hand scanner until the screen changes; `found` gets the slip, null for a code that is none of ours. */
export function listen(found) {
  heard = "";
  run = 0;
  listener = found;
}

/** Begin to hear keys; the line end of a scanner presses no button. */
export function startHearing() {
  addEventListener("keydown", hear, { capture: true });
}

function hear(event) {
  if (event.target instanceof HTMLTextAreaElement) return; // a comment is typed, and its line ends are its own
  if (event.timeStamp - last > FAST) run = 0;
  last = event.timeStamp;
  if (event.key === "Enter") {
    lineEnd(event);
  } else if (event.key.length === 1 && !event.ctrlKey) {
    heard = (heard + event.key).slice(-LONGEST);
    run += 1;
  }
}

/** A slip is read however slowly its keys came and whatever was typed before; another code only by its speed. */
function lineEnd(event) {
  const slip = readSlip(heard) ?? readSlip(heard.slice(-LENGTH));
  const scan = slip || run >= SHORTEST;
  heard = "";
  run = 0;
  if (!scan) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  listener?.(slip);
}

/** True if this browser can read codes with its camera, without a program from elsewhere. */
export async function cameraReads() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Show the camera in `video` and look for a code until one is found or the camera is put away. */
export async function look(video, found) {
  putCameraAway();
  const mine = looking;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  if (mine !== looking) return stop(opened); // the person has left while the browser asked
  stream = opened;
  video.srcObject = stream;
  await video.play();
  while (mine === looking) {
    const codes = await detector.detect(video).catch(() => []);
    const read = clear(codes.map((code) => code.rawValue));
    if (read !== undefined && mine === looking) {
      putCameraAway();
      return found(read);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return null;
}

/** The one slip among the codes in view; null if there are codes but no slip, undefined to look on. */
function clear(texts) {
  const slips = new Map(texts.map(readSlip).filter(Boolean).map((slip) => [slip.token, slip]));
  if (slips.size === 1) return slips.values().next().value;
  return texts.length && !slips.size ? null : undefined;
}

/** Switch the camera off. */
export function putCameraAway() {
  looking += 1;
  stop(stream);
  stream = null;
}

function stop(media) {
  for (const track of media?.getTracks() ?? []) track.stop();
}

/** Reading a slip: a hand scanner that types like a keyboard, or the camera where the browser can read codes itself. */

import { readSlip } from "./slip.js";

const FAST = 400; // ms between two keys of a scan; a slow tablet passes them on late
const LOOK_EVERY = 250;

let heard = "";
let last = 0;
let listener = null;
let stream = null;

/** Listen to a hand scanner; `found(code or null)` gets what was scanned, null if it is not one of our codes. */
export function listen(found) {
  heard = "";
  listener = found;
}

/** Begin to hear keys; the line end of a scanner presses no button. */
export function startHearing() {
  addEventListener("keydown", hear, { capture: true });
}

function hear(event) {
  if (event.target instanceof HTMLTextAreaElement) return; // a comment is typed, and its line ends are its own
  if (event.timeStamp - last > FAST) heard = "";
  last = event.timeStamp;
  if (event.key === "Enter" && heard.length >= 20) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const text = heard;
    heard = "";
    listener?.(readSlip(text));
  } else if (event.key.length === 1 && !event.ctrlKey) {
    heard += event.key;
  }
}

/** True if this browser can read codes with its camera, without a program from elsewhere. */
export async function cameraReads() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Show the camera in `video` and look for a code until one is found or the camera is put away. */
export async function look(video, found) {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  video.srcObject = stream;
  await video.play();
  while (stream) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code && stream) {
      found(readSlip(code.rawValue));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** Switch the camera off. */
export function putCameraAway() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

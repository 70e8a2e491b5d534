/** Sealing an answer to the server's key, before it touches any storage: nobody can open it on this device. */

import { fromText, joined, ofUuid, toText } from "./bytes.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const FORMAT = Uint8Array.of(1);
const PURPOSE = new TextEncoder().encode("sipas kiosk answer v1");
const STEP = 256; // sealed answers come in steps of this length, so that length does not tell content

/** Seal an answer for this device and client key; base64url. */
export async function seal(answer, sealingKey, device, key) {
  const own = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const theirs = await crypto.subtle.importKey("jwk", sealingKey.jwk, CURVE, true, []);
  const sender = await crypto.subtle.exportKey("raw", own.publicKey);
  const receiver = await crypto.subtle.exportKey("raw", theirs);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const once = await derive(shared, joined(PURPOSE, sender, receiver));
  const context = joined(ofUuid(device), ofUuid(key));
  // The key is used once, so the nonce may be fixed.
  const cipher = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: context };
  const text = new TextEncoder().encode(JSON.stringify(answer));
  const secret = await crypto.subtle.encrypt(cipher, once, padded(text));
  return toText(joined(FORMAT, fromText(sealingKey.id), sender, secret));
}

async function derive(shared, info) {
  const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const rule = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(rule, source, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}

function padded(text) {
  const whole = new Uint8Array(Math.ceil((4 + text.length) / STEP) * STEP);
  new DataView(whole.buffer).setUint32(0, text.length);
  whole.set(text, 4);
  return whole;
}

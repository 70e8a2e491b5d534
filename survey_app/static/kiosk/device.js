/** This device towards the server: its own key, enrolment, signed calls. */

import { toText } from "./bytes.js";
import { fact, keepFacts } from "./store.js";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const PATIENCE = 10_000; // ms until a call is given up
const MUCH = 4_000; // characters: what is as long as that, or fetches a package, has more time on a slow line
const LONG_PATIENCE = 60_000;
export const VERSION = document.documentElement.dataset.version;

/** The server refused a call; `status` says how, `answer` why. */
export class Refused extends Error {
  constructor(status, answer) {
    super(`the server answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

/** Enrol with a code. The key is kept before the first try: the same code and key again give the same device. */
export async function enrol(code) {
  let keys = await fact("keys");
  if (!keys) {
    keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    await keepFacts({ keys });
  }
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const body = JSON.stringify({ code, public_key: { kty, crv, x, y }, version: VERSION });
  const { answer } = await call("POST", "/kiosk/enrol", body, {});
  await keepFacts({ device: answer });
  return answer;
}

/** Sign what a call of this device would send. */
export async function signature(method, path, body) {
  const { privateKey } = await fact("keys");
  const text = new TextEncoder().encode(`${method} ${path}\n${body}`);
  return toText(await crypto.subtle.sign(SIGNING, privateKey, text));
}

/** Make a signed call; gives {status, answer}, throws Refused for an answer that is no success. */
export async function signed(method, path, body = "", headers = {}) {
  const device = await fact("device");
  const proof = { "X-Device": device.device, "X-Signature": await signature(method, path, body) };
  return call(method, path, body, { ...headers, ...proof });
}

/** What `work` gives; an error once that has taken longer than `limit` ms. */
export async function within(limit, work) {
  let timer = 0;
  const late = new Promise((_gives, fail) => {
    timer = setTimeout(() => fail(new Error(`not done within ${limit / 1000} s`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function call(method, path, body, headers) {
  const long = body.length >= MUCH || path === "/kiosk/package";
  const response = await fetch(path, {
    method,
    headers: body ? { "Content-Type": "application/json", ...headers } : headers,
    body: body || undefined,
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(long ? LONG_PATIENCE : PATIENCE),
  });
  if (response.status === 304) return { status: 304, answer: null };
  const answer = await response.json().catch(() => null);
  if (!response.ok || answer === null) throw new Refused(response.status, answer);
  return { status: response.status, answer };
}

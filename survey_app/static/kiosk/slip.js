/** The code of a slip: 40 characters of Crockford's base 32, the last ten bits a CRC (survey_app/domain/tokens.py). */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FORGIVEN = { O: "0", I: "1", L: "1" };
export const LENGTH = 40;
const VERSION = 1n;
const POLYNOMIAL = 0x233;
// The same as survey_app/domain/slip_traces.py, which says why.
const ADDRESS = "[hH][tT]{2}[pP][sS]?://\\S{0,200}/[tT]/";
const ANY = "[0-9A-TV-Za-tv-z]";
const WHOLE = new RegExp(`(?:${ADDRESS})?(?=([89A-Fa-f]${ANY}{3}(?:[-–—.\\s]?${ANY}{4}){9}))`, "g");
const PART = (one) => `(?:${ADDRESS})?${one}{4}(?:[-–—.\\s]?${one}{4}){4,}${one}{0,3}`;
const PARTS = [`(${ADDRESS}[89A-F][0-9A-TV-Z]{7,})`, PART("[0-9A-TV-Z]"), PART("[0-9a-tv-z]")];
const TURN = /[a-z](?=\d)|\d(?=[a-z])/gi;
const TURNS = 3;

/** Read a code as scanned (alone or in an address) or typed: {token, round}; null if it is not as printed. */
export function readSlip(text) {
  const last = text.trim().split(/[?#]/)[0].split("/").pop();
  const tidy = [...last.toUpperCase()].filter((letter) => !" -–—.\t\r\n".includes(letter));
  const letters = tidy.map((letter) => FORGIVEN[letter] ?? letter);
  if (letters.length !== LENGTH || letters.some((letter) => !ALPHABET.includes(letter))) return null;
  let number = 0n;
  for (const letter of letters) number = (number << 5n) | BigInt(ALPHABET.indexOf(letter));
  const body = number >> 10n;
  if (body >> 188n !== VERSION || crc10(body) !== Number(number & 0x3ffn)) return null;
  return { token: letters.join(""), round: Number((body >> 174n) & 0x1ffn) };
}

/** How many of the 40 characters somebody has typed so far. */
export function typedLength(text) {
  return [...text].filter((letter) => !" -–—.\t\r\n".includes(letter)).length;
}

/** A text without whole codes and their addresses: a scanner types into whatever field has the focus. */
export function withoutSlips(text) {
  let [kept, place] = ["", 0];
  for (const found of text.matchAll(WHOLE)) {
    if (found.index < place || !readSlip(found[1])) continue;
    kept += text.slice(place, found.index);
    place = found.index + found[0].length + found[1].length;
  }
  return kept + text.slice(place);
}

/** A text without anything that can only be a code or a part of one; not while somebody writes, it could become one. */
export function withoutTraces(text) {
  const only = (part, address) => address || part.split("/").pop().match(TURN)?.length >= TURNS;
  const replaced = (part, address) => (only(part, address) ? "" : part);
  return withoutSlips(text).replace(new RegExp(PARTS.join("|"), "g"), replaced);
}

function crc10(body) {
  let crc = 0;
  for (let place = 189n; place >= 0n; place -= 1n) {
    const top = ((crc >> 9) & 1) ^ Number((body >> place) & 1n);
    crc = ((crc << 1) & 0x3ff) ^ (top ? POLYNOMIAL : 0);
  }
  return crc;
}

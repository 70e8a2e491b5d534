/** The code of a slip: 40 characters of Crockford's base 32, the last ten bits a CRC (survey_app/domain/tokens.py). */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FORGIVEN = { O: "0", I: "1", L: "1" };
export const LENGTH = 40;
const VERSION = 1n;
const POLYNOMIAL = 0x233;
const IN_TEXT = /[0-9A-TV-Z]{4}(?:[-–—. ]?[0-9A-TV-Z]{4}){9}/gi;

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

/** A text without the codes in it: a scanner types into whatever field has the focus. */
export function withoutSlips(text) {
  return text.replace(/https?:\/\/\S*\/t\/\S+/gi, "").replace(IN_TEXT, (found) => (readSlip(found) ? "" : found));
}

function crc10(body) {
  let crc = 0;
  for (let place = 189n; place >= 0n; place -= 1n) {
    const top = ((crc >> 9) & 1) ^ Number((body >> place) & 1n);
    crc = ((crc << 1) & 0x3ff) ^ (top ? POLYNOMIAL : 0);
  }
  return crc;
}

/** One person's visit: the answers live here and nowhere else until they are sealed. */

import { seal } from "./seal.js";
import { counted, text } from "./flow.js";
import { withoutTraces } from "./slip.js";
import { fact, keepAnswer } from "./store.js";
import { interfaceLanguage } from "./words.js";

export const PATIENCE = 20_000; // ms until a device that does not answer counts as one that could not save

let visit = null;

/** Begin a visit in a language. */
export function begin(language) {
  visit = {
    key: crypto.randomUUID(),
    language,
    chosen: language,
    round: null,
    token: null,
    assisted: false,
    answers: new Map(),
    place: 0,
    shown: new Set(),
    began: 0,
    kept: false,
  };
  return visit;
}

/** Go on in another language. */
export function choose(language) {
  Object.assign(visit, { language, chosen: language });
}

/** The visit that runs; null between two people. */
export function current() {
  return visit;
}

/** Ask the questions of a round, with a slip or null; answers to the questions of another round are none to these.
 *
 * A round that lacks the chosen language asks in its own first one; the choice itself is kept.
 */
export function join(round, token) {
  if (visit.round?.code !== round.code) {
    visit.answers.clear();
    visit.shown.clear();
    visit.place = 0;
  }
  if (!visit.answers.size) visit.began = performance.now();
  const language = round.languages.includes(visit.chosen) ? visit.chosen : round.languages[0];
  Object.assign(visit, { round, token, language });
}

/** Nothing of the person stays in memory. */
export function forget() {
  visit?.answers.clear();
  visit = null;
}

/** A text of the questionnaire in the person's language; the language it is really in is noted, and the buttons'. */
export function ask(name) {
  const found = text(visit.round.instrument, name, visit.language);
  if (found) visit.shown.add(found.language).add(interfaceLanguage(visit.language));
  return found;
}

/** What of a comment is sent: its characters, without the code of a slip. */
export function commentText(text) {
  return [...withoutTraces(text).normalize("NFC").trim()];
}

/** Answers as they are sent. Of a comment that somebody left too long, what the questionnaire takes. */
function given(instrument, answers) {
  const found = counted(instrument, answers);
  for (const item of instrument.items.filter(({ kind, id }) => kind === "comment" && id in found)) {
    found[item.id] = commentText(found[item.id]).slice(0, item.max_length).join("");
    if (!found[item.id]) delete found[item.id];
  }
  return found;
}

/** Seal the answers and keep them on the disk; gives their number. Only then may anybody be thanked. */
export async function keep({ partial = false } = {}) {
  const mine = visit;
  const { round, key } = visit;
  const answer = {
    round: round.code,
    instrument: round.instrument.key,
    token: visit.token,
    started_without_slip: visit.token === null,
    answers: given(round.instrument, visit.answers),
    language: visit.chosen,
    shown: [...visit.shown.add(interfaceLanguage(visit.language))],
    assisted: visit.assisted,
    seconds: Math.round((performance.now() - visit.began) / 100) / 10,
    partial,
  };
  const { sealing_key: sealingKey } = await fact("package");
  const { device } = await fact("device");
  const sealed = await seal(answer, sealingKey, device, key);
  if (visit !== mine || !mine.kept) throw new Error("the device did not answer in time");
  const { seq } = await keepAnswer({ key, sealed, round: round.code, erasure: round.erasure_date });
  return seq;
}

/** What this device offers: rounds that people without a slip are asked about now, and languages that it really has. */

import { storedFiles } from "./media.js";
import { fact } from "./store.js";

const DAY = 86_400_000;

/** Rounds of a package that have begun, the one that is asked first; none before the first day of all of them.
 *
 * What the server said last tells the day, and what has passed since by this device's clock, which may be wrong or be
 * set anew, and must cost no answer. So no time lies before what the server said; a round that seems over steps behind
 * those that run but is asked on, since the server decides what is late; and what a fast clock asks too early two
 * people can accept on the server, while an answer that nobody asked for is lost.
 */
export async function askedNow({ rounds, server_time: said }) {
  const now = serverTime(said, await fact("report"));
  const start = (day) => Date.parse(`${day}T00:00:00${said.slice(19)}`); // in the server's zone
  const begun = rounds.filter((round) => start(round.field_start) <= now);
  const runs = (round) => now < start(round.field_end) + DAY;
  return [...begun.filter(runs), ...begun.filter((round) => !runs(round))];
}

/** The package, each round with the languages that can be offered; null before there is one.
 *
 * Who does not read has nothing but the recordings: without all of them such a language has no door.
 */
export async function offer() {
  const found = await fact("package");
  if (!found?.heard?.length) return found ?? null;
  const stored = await storedFiles();
  const whole = (recordings = {}) => Object.values(recordings).every((file) => stored.has(file));
  const can = (language, round) =>
    !found.heard.includes(language) || (whole(found.recordings[language]) && whole(round.recordings[language]));
  const offered = (round) => ({ ...round, languages: round.languages.filter((language) => can(language, round)) });
  return { ...found, rounds: found.rounds.map(offered) };
}

function serverTime(said, report) {
  const now = report ? Date.parse(report.time) + Math.max(0, Date.now() - report.at) : Date.now();
  return Math.max(now, Date.parse(said));
}

/** What the screen that waits for people offers, as a text: another one as soon as anything of it is. */
export async function offered() {
  const found = await offer();
  if (!found) return null;
  return [found.version, ...(await askedNow(found)).flatMap(({ code, languages }) => [code, ...languages])].join();
}

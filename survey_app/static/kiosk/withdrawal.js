/** Whether the server still takes answers of this device: it was withdrawn, or has long been unknown. */

import { fact, keepFacts } from "./store.js";

const UNKNOWN_FOR = 4 * 3_600_000; // ms: a server that is put back from its safe copy knows its devices again by then
const TAKEN = { since: null, final: false };

/** True if this device asks nobody any more, whether or not there is a line now. */
export async function withdrawn() {
  return (await fact("withdrawal"))?.final ?? false;
}

/** Take over how the server has answered; "down" and the like say nothing new. */
export async function note(line) {
  const before = (await fact("withdrawal")) ?? TAKEN;
  const after = standing(line, before, Date.now());
  if (after.since !== before.since || after.final !== before.final) await keepFacts({ withdrawal: after });
}

function standing(line, before, now) {
  if (line === "up") return TAKEN;
  if (line === "revoked") return { since: null, final: true };
  if (line !== "stranger") return before;
  const since = Math.min(before.since ?? now, now); // a clock that was set back begins anew
  return { since, final: before.final || now - since >= UNKNOWN_FOR };
}

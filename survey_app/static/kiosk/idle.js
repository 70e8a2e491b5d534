/** The time without a touch: a countdown that anybody can see and stop, then the end of the visit. */

const TICK = 250;

let timer = 0;
let rules = null;
let touched = 0;

/** Watch a visit: after `quiet` ms without a touch `warn(secondsLeft)` each second, after `grace` ms more `end()`. */
export function watch({ quiet, grace, warn, end }) {
  stopWatching();
  rules = { quiet, grace, warn, end, said: null };
  touched = performance.now();
  timer = setInterval(tick, TICK);
}

/** The person is there: the time begins anew. */
export function touch() {
  touched = performance.now();
  if (rules) rules.said = null;
}

/** Somebody is there; once the countdown runs, only its own button says so. */
export function present() {
  if (!counting()) touch();
}

/** True while the countdown runs; a touch elsewhere on the screen does not stop it, its button does. */
export function counting() {
  return Boolean(rules) && performance.now() - touched >= rules.quiet;
}

/** Begin the countdown at once: the screen was dark or hidden. */
export function doubt() {
  if (rules && !counting()) touched = performance.now() - rules.quiet;
}

/** No visit runs any more. */
export function stopWatching() {
  clearInterval(timer);
  rules = null;
}

function tick() {
  const over = performance.now() - touched - rules.quiet;
  if (over < 0) return;
  const left = Math.ceil((rules.grace - over) / 1000);
  if (left <= 0) {
    const { end } = rules;
    stopWatching();
    end();
  } else if (left !== rules.said) {
    rules.said = left;
    rules.warn(left);
  }
}

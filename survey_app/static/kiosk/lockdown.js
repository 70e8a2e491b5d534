/** What a page can do against leaving it: menus, drag, selection, shortcuts, printing, windows, the back button.
 *
 * What it cannot do (address bar, F11, Ctrl+W, the system's own keys) is closed by the browser's kiosk mode and the
 * device's policy: docs/kiosk.md.
 */

const STOPPED = ["contextmenu", "dragstart", "dragover", "drop", "copy", "cut", "selectstart", "auxclick"];
const FOR_TYPING = new Set(["v", "z"]);
const KEYS = /^(F\d+|BrowserBack|BrowserForward|BrowserHome|BrowserRefresh|ContextMenu|PrintScreen|Help)$/;

let open = false;
let back = () => {};

/** Put the guards up; `goBack` is what the back button shall do instead of leaving. */
export function lock(goBack) {
  back = goBack;
  for (const name of STOPPED) addEventListener(name, stop, { capture: true });
  addEventListener("keydown", key, { capture: true });
  addEventListener("click", link, { capture: true });
  addEventListener("wheel", zoom, { capture: true, passive: false });
  addEventListener("popstate", returned);
  addEventListener("click", hold, { capture: true });
  window.open = () => null;
  window.print = () => {};
}

/** Take the guards away: staff have given their PIN and leave. */
export function unlock() {
  open = true;
}

function stop(event) {
  if (!open && !(writing(event.target) && event.type === "selectstart")) event.preventDefault();
}

function writing(target) {
  return target instanceof Element && target.matches("textarea, input");
}

/** Shortcuts of the browser; typing into a field goes on as usual, except for its clipboard. */
function key(event) {
  const command = (event.ctrlKey || event.metaKey) && !FOR_TYPING.has(event.key.toLowerCase());
  const arrow = event.altKey && event.key.startsWith("Arrow");
  const leave = event.key === "Escape" && document.querySelector("dialog[open]");
  if (!open && (command || arrow || leave || KEYS.test(event.key))) event.preventDefault();
}

/** Nothing leads away: only downloads that staff ask for are followed. */
function link(event) {
  const anchor = event.target instanceof Element && event.target.closest("a[href]");
  if (anchor && !open && !anchor.hasAttribute("download")) event.preventDefault();
}

function zoom(event) {
  if (event.ctrlKey) event.preventDefault();
}

/** One entry of our own, after a touch (browsers pass over others), takes the back button; it holds nothing. */
function hold() {
  if (history.state !== "held") history.pushState("held", "", location.pathname);
}

function returned() {
  if (open || history.state === "held") return;
  history.forward();
  back();
}

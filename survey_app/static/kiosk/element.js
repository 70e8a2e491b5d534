/** Elements of a page; what is put into them is always text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element with attributes, listeners (functions) and children; `false` and `null` attributes are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** One of the five faces that stand in the shell; the words beside it say the same. */
export function face(level) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "face");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#face-${level}`);
  svg.append(use);
  return svg;
}

/** Make a button. */
export function button(words, press, attributes = {}) {
  return make("button", { type: "button", class: "button", click: press, ...attributes }, words);
}

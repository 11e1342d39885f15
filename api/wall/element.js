// The page's elements, built by hand: text is always text, never markup.
import { t } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 * @param {string} name tag, with classes after dots: "div.panel.low"
 * @param {object} given attributes; `testid`, `text` (key of a string, told again when the language changes),
 *   `label` (key of the accessible name), `on` ({event: handler}); undefined, null and false are left out
 * @param {...(Node|string|null)} children
 */
export function el(name, given = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return dress(document.createElement(tag), classes, given, children);
}

/** An SVG element, with the same habits. */
export function svg(name, given = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return dress(document.createElementNS(SVG, tag), classes, given, children);
}

function dress(node, classes, { testid, text, label, on = {}, ...attributes }, children) {
  if (classes.length) node.setAttribute("class", classes.join(" "));
  if (testid) node.dataset.testid = testid;
  if (text) {
    node.dataset.text = text;
    node.textContent = t(text);
  }
  if (label) {
    node.dataset.label = label;
    node.setAttribute("aria-label", t(label));
  }
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  for (const [event, handler] of Object.entries(on)) node.addEventListener(event, handler);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Tells every static text below `root` again, in the language of now. */
export function retell(root) {
  for (const node of root.querySelectorAll("[data-text]")) say(node, t(node.dataset.text));
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
}

/** Sets a text where it differs: quiet for screen readers and for the layout. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides. */
export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

/** A key cap. */
export const cap = (key) => (key.startsWith("key.") ? el("kbd", { text: key }) : el("kbd", {}, key));

// A small window in which the page asks for something; Escape leaves it, and what was below has the keyboard again.
import { el } from "./element.js";

/**
 * Opens a window.
 * @param {string} title key of a string
 * @param {...Node} nodes what stands below the title; they have been told in the language of now
 * @returns {HTMLDialogElement} close() it when it has its answer
 */
export function openWindow(title, ...nodes) {
  const root = el("dialog.ask", { label: title, testid: "asking" }, el("h2", { text: title }), ...nodes);
  root.addEventListener("close", () => root.remove());
  document.body.append(root);
  root.showModal();
  return root;
}

/** The buttons at the end of a window: one that does it, one that leaves. */
export const makeDeeds = (text, leave) =>
  el("div.deeds", {}, el("button.do", { type: "submit", text, testid: "do" }), el("button.quiet", { type: "button", text: "ask.leave", testid: "leave", on: { click: leave } }));

/** Asks whether it shall really be done; `question` is told already. Resolves to whether. */
export function sure(title, question, text) {
  return new Promise((resolve) => {
    const form = el("form.form", { method: "dialog" }, el("p", {}, question), makeDeeds(text, () => root.close()));
    const root = openWindow(title, form);
    form.addEventListener("submit", () => root.close("yes"));
    root.addEventListener("close", () => resolve(root.returnValue === "yes"));
  });
}

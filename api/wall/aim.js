// Clicks that hit what they were not aimed at.

/** Keeps the second click of a double one from what the first has put under the pointer. */
export function guard(root) {
  root.addEventListener("click", (event) => event.detail > 1 && event.stopPropagation(), { capture: true });
  return root;
}

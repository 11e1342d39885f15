// The keyboard: every act of the wall by one key.
import { ack, dismiss, dispatch, judge, offered, openMenu, openVerdict, reasons, reworks, undo } from "./acts.js";
import { toggleBlind } from "./blind.js";
import { confirmPush, openPush } from "./police.js";
import { close, selectCamera, step } from "./selection.js";
import { openShare, share } from "./share.js";
import { mute } from "./sound.js";
import { change, state } from "./state.js";
import { switchLanguage } from "./text.js";

const ACTS = {
  " ": ack,
  d: () => dispatch(),
  f: () => openMenu("dismiss"),
  o: () => openMenu("person"),
  p: openPush,
  enter: confirmPush,
  e: () => judge(),
  r: openVerdict,
  z: undo,
  u: undo,
  m: mute,
  l: switchLanguage,
  b: toggleBlind,
  s: openShare,
  c: () => change({ picture: state.picture === "clip" ? "snapshot" : "clip" }),
  v: () => change({ picture: state.picture === "live" ? "snapshot" : "live" }),
  "?": () => change({ help: !state.help }),
  "？": () => change({ help: !state.help }),
  arrowleft: () => step(-1),
  arrowup: () => step(-1),
  arrowright: () => step(1),
  arrowdown: () => step(1),
  escape: close,
};

const TYPING_MS = 1000;
let typedAt = -Infinity; // when a letter last went into a field

function digit(n) {
  if (state.menu === "dismiss") {
    const chosen = reasons()[n - 1];
    if (chosen) dismiss(chosen[0]);
  } else if (state.menu === "person") {
    const chosen = offered()[n - 1];
    if (chosen) dispatch(chosen.id);
  } else if (state.menu === "rework") {
    const chosen = reworks()[n - 1];
    if (chosen) judge(chosen[0]);
  } else if (state.menu === "link") share(n);
  else if (state.menu === "shelve") return; // the form has buttons and a line to write in
  else {
    const chosen = state.session.cameras[n - 1];
    if (chosen) selectCamera(chosen.id);
  }
}

/** Whether a letter is of words that are being written, also where the field has just gone from under the hands. */
function isWritten(key) {
  const now = performance.now();
  const written = Boolean(document.activeElement?.matches("input")) || now - typedAt < TYPING_MS;
  if (written) typedAt = ["tab", "escape", "enter"].includes(key) ? -Infinity : now;
  return written;
}

function press(event) {
  state.touchedAt = performance.now();
  const key = (event.key ?? "").toLowerCase(); // a browser that fills a field in names none
  const written = isWritten(key);
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  const focused = document.activeElement;
  if (written) {
    if (key === "escape") focused.blur();
    return;
  }
  // a control reached with Tab keeps its own keys
  if ((key === " " || key === "enter") && focused?.matches("button:focus-visible, [role=button]:focus-visible")) return;
  if (state.help && !["?", "？", "escape"].includes(key)) return;
  if (state.blind && !["b", "l"].includes(key)) return; // Escape is the dialog's own
  if (key === "enter" && state.menu !== "push") return; // a link's own key
  if (/^[1-9]$/.test(key)) digit(Number(key));
  else if (key in ACTS) ACTS[key]();
  else return;
  event.preventDefault();
}

/** A click that no press came before: a screen reader's. */
function touch(event) {
  if (event.detail === 0) state.touchedAt = performance.now();
}

/** Listens to the keyboard. */
export function listenToKeys() {
  document.addEventListener("keydown", press);
  document.addEventListener("pointerdown", () => {
    state.touchedAt = performance.now();
    typedAt = -Infinity;
  });
  document.addEventListener("click", touch, { capture: true });
  // a control that was clicked gives the keyboard back to the wall, unless it led to a field
  document.addEventListener("click", (event) => event.detail > 0 && !document.activeElement?.matches("input") && document.activeElement?.blur?.());
}

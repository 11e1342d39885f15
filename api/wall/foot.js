// The foot of the wall: the keys at hand, and whether sounds are muted.
import { cap, el, say, show } from "./element.js";
import { mutedFor } from "./sound.js";
import { change, onTick, state, subscribe } from "./state.js";
import { t } from "./text.js";

const HINTS = [
  [["key.space"], "keys.ack"],
  [["D"], "keys.dispatch"],
  [["Z"], "keys.undo"],
  [["F"], "keys.dismiss"],
  [["O"], "keys.other"],
  [["P"], "keys.police"],
  [["E"], "keys.close_case"],
  [["R"], "keys.rework"],
  [["←", "→"], "keys.step"],
  [["1–8"], "keys.camera"],
  [["V"], "keys.picture"],
  [["C"], "keys.clip"],
  [["S"], "keys.share"],
  [["M"], "keys.mute"],
  [["B"], "keys.blind"],
  [["L"], "keys.language"],
  [["Esc"], "keys.close"],
  [["?"], "keys.help"],
];

const hint = ([caps, text]) => el("span.hint", {}, ...caps.map(cap), el("span", { text }));

/** The foot. */
export function makeFoot() {
  const muted = el("span.muted", { testid: "muted" });
  const model = el("span.model");
  const tick = () => {
    const left = mutedFor();
    show(muted, left > 0);
    say(muted, t("foot.muted", { s: Math.ceil(left) }));
    say(model, state.status?.watch ? t("foot.model", { model: state.status.watch.model }) : "");
  };
  onTick(tick);
  subscribe(tick);
  return el("footer.foot", {}, ...HINTS.map(hint), el("span.end", {}, muted, model));
}

/** The overlay with all keys. */
export function makeHelp() {
  const close = el("button.quiet", { type: "button", text: "help.close", on: { click: () => change({ help: false }) } });
  const rows = HINTS.map(([caps, text]) => el("li", {}, el("span", {}, ...caps.map(cap)), el("span", { text: `${text}.long` })));
  const root = el(
    "dialog.help",
    { testid: "help", label: "help.title" },
    el("h2", { text: "help.title" }),
    el("ul", {}, ...rows),
    el("p", { text: "help.note" }),
    close,
  );
  root.addEventListener("cancel", (event) => {
    event.preventDefault();
    change({ help: false });
  });
  root.addEventListener("click", (event) => event.target === root && change({ help: false }));
  subscribe(() => {
    if (state.help && !root.open) root.showModal();
    else if (!state.help && root.open) root.close();
  });
  return root;
}

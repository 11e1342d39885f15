// Why somebody looks at evidence: asked once per alert, where it is at its end or not theirs to handle.
import { selected } from "./alerts.js";
import { el, say, show } from "./element.js";
import { tell } from "./notice.js";
import { ask } from "./session.js";
import { change, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const ENDED = ["CLOSED", "REJECTED"]; // states of an incident

const inHand = (alert) => alert.state !== "DISMISSED" && !ENDED.includes(alert.incident?.state);

const handles = () => state.session.user.rights.includes("handle");

/** Whether evidence of an alert may be shown without asking; handling it is reason enough. */
export const mayLook = (alert) => (handles() && inHand(alert)) || state.reasoned.has(alert.id);

async function give(alert, reason, words) {
  if (reason === "other" && !words.value.trim()) {
    words.focus();
    tell(t("reason.say"), "look");
    return;
  }
  try {
    await ask(`alerts/${alert.id}/reason`, { reason, words: words.value.trim() });
    state.reasoned.add(alert.id);
    change();
  } catch (error) {
    tell(error.status === 0 ? t("notice.unreachable") : error.told, "bad");
  }
}

/** The question, in the place of the picture; `asks` says whether the picture is wanted. */
export function makeReasons(asks) {
  const why = el("p");
  const words = el("input", { type: "text", maxlength: "200", testid: "reason-words", autocomplete: "off" });
  const keys = Object.entries(state.session.view_reasons).filter(([, words]) => words.given).map(([key]) => key);
  const choices = keys.map((key) => el("button", { type: "button", testid: `reason-${key}`, on: { click: () => give(selected(), key, words) } }));
  const root = el(
    "div.reasoning",
    { role: "group", label: "reason.label", testid: "reasoning" },
    why,
    el("label", {}, el("span", { text: "reason.words" }), words),
    el("div.choices", {}, ...choices),
    el("small", { text: "reason.kept" }),
  );
  subscribe(() => {
    const alert = selected();
    show(root, Boolean(alert) && asks() && !mayLook(alert));
    if (root.hidden) return;
    if (root.dataset.alert !== alert.id) words.value = ""; // they were of another one
    root.dataset.alert = alert.id;
    say(why, t(inHand(alert) ? "reason.not_yours" : "reason.ended"));
    choices.forEach((button, i) => say(button, named(state.session.view_reasons[keys[i]])));
  });
  return root;
}

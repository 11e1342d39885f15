// The police: a confirmed incident is handed to them in a second, deliberate step, and counts up until they sign for it.
import { isUndecided, merge, selected } from "./alerts.js";
import { outdate } from "./details.js";
import { cap, el, say, show } from "./element.js";
import { refresh } from "./feed.js";
import { tell } from "./notice.js";
import { nameOf, signOf, wayOf } from "./police_words.js";
import { settled } from "./selection.js";
import { ask } from "./session.js";
import { change, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const UNCONFIRMED = ["NEW", "REJECTED"]; // states of an incident that nobody stands by

const may = () => state.session.user.rights.includes("push");
const isCase = (alert) => Boolean(alert?.incident) && !UNCONFIRMED.includes(alert.incident.state);
/** Nobody can be sent: the case is accepted all the same, so that the police can be told. */
const alone = (alert) => isUndecided(alert) && !isCase(alert) && state.session.police.length > 0 && state.details.get(alert.id)?.suggestion === null;

/** The targets that have not got the alert's incident yet. */
const missing = (alert) => state.session.police.filter((target) => !alert.police.some((one) => one.target === target.id));

/** Asks whether the selected incident shall go to the police, or closes that question. */
export function openPush() {
  const alert = selected();
  if (!alert || !may()) return;
  if (alone(alert)) accept();
  else if (!isCase(alert)) tell(t("push.first"), "look");
  else if (!state.session.police.length) tell(t("push.no_target"), "look");
  else if (!missing(alert).length) tell(t("push.pushed_already"), "look");
  else if (settled()) change({ menu: state.menu === "push" ? null : "push" });
}

/** Opens and accepts the case without sending anybody. */
function accept() {
  const alert = selected();
  if (alone(alert) && settled()) act(alert, `alerts/${alert.id}/accept`, { version: alert.version });
}

/** Pushes, once that was asked. */
export function confirmPush() {
  const alert = selected();
  if (state.menu === "push" && isCase(alert)) act(alert, `alerts/${alert.id}/push`, { version: alert.version });
}

async function act(alert, path, body) {
  if (state.acting) return;
  change({ acting: alert.id, menu: null });
  try {
    merge(await ask(path, body));
  } catch (error) {
    if (error.body?.current) merge(error.body.current);
    tell(error.status === 0 ? t("notice.unreachable") : t("notice.refused", { detail: error.told }), "bad");
  } finally {
    outdate(alert.id);
    change({ acting: null });
    refresh(300);
  }
}

/** One target: how the push got there, and whether it was signed for. */
function makeLine(alert, view) {
  const way = el("span.way", { testid: "push-way" });
  const sign = el("b.sign", { testid: "push-sign" });
  const again = el("button", { type: "button", testid: "push-again", on: { click: () => act(alert, `pushes/${view.push}/again`, {}) } }, t("push.again"));
  const test = view.test ? el("em", {}, t("push.test")) : null;
  const root = el("li", { testid: `pushed-${view.target}` }, el("strong", {}, nameOf(state.session.police, view.target)), test, sign, way, again);
  const tick = () => {
    for (const [node, { text, kind }] of [[way, wayOf(view)], [sign, signOf(view)]]) {
      say(node, text);
      node.dataset.kind = kind;
    }
  };
  show(again, view.state === "DEAD" && may());
  tick();
  return { root, tick };
}

/** The button, its question, and how every push of the selected incident stands. */
export function makePolice() {
  const go = el("button.push", { type: "button", testid: "push", on: { click: openPush } }, el("span", { text: "push.open" }), cap("P"));
  const first = el("button.push", { type: "button", testid: "accept", on: { click: accept } }, el("span", { text: "push.accept" }), cap("P"));
  const nobody = el("p.nobody", { text: "push.no_target", testid: "push-no-target" });
  const whom = el("p");
  const sure = el("button.sure", { type: "button", testid: "push-confirm", on: { click: confirmPush } }, el("span", { text: "push.confirm" }), cap("Enter"));
  const not = el("button", { type: "button", testid: "push-cancel", on: { click: () => change({ menu: null }) } }, el("span", { text: "push.cancel" }), cap("Esc"));
  const question = el("div.question", { role: "group", label: "push.open", testid: "push-question" }, whom, el("small", { text: "push.never_replaces" }), sure, not);
  const list = el("ul.pushed");
  let lines = [];
  let shown = "";

  function render() {
    const alert = selected();
    const stands = isCase(alert);
    const left = stands ? missing(alert) : [];
    const asked = state.menu === "push" && left.length > 0;
    if (state.menu === "push" && !asked) change({ menu: null });
    show(root, stands || alone(alert));
    show(first, alone(alert) && may());
    show(nobody, stands && !state.session.police.length && !alert.police.length);
    show(go, left.length > 0 && !asked && may());
    show(question, asked);
    if (asked && whom.dataset.asked !== "yes") question.scrollIntoView({ block: "nearest" });
    whom.dataset.asked = asked ? "yes" : "no";
    if (asked) say(whom, t("push.to", { whom: left.map((one) => (one.test ? `${named(one)}${t("push.test")}` : named(one))).join(t("list.and")) }));
    const now = JSON.stringify([stands && alert.id, stands && alert.police, document.documentElement.lang]);
    if (now === shown) return;
    shown = now;
    lines = stands ? alert.police.map((view) => makeLine(alert, view)) : [];
    list.replaceChildren(...lines.map((line) => line.root));
    show(list, lines.length > 0);
  }

  const root = el("div.police", { label: "push.label", role: "group", testid: "police" }, first, list, go, question, nobody);
  subscribe(render);
  onTick(() => lines.forEach((line) => line.tick()));
  return root;
}

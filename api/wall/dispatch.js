// The one click: sends the suggested person, names why, and can be called back for a few seconds.
import { ack, dismiss, dispatch, offered, openMenu, reasons, undo } from "./acts.js";
import { canSend, isAside, isDispatched, isReturned, isRungAgain, isUndecided, selected } from "./alerts.js";
import { timeOfDay } from "./clock.js";
import { whyReturned } from "./course.js";
import { cap, el, say, show } from "./element.js";
import { SETTLE_MS, settled, undoLeft } from "./selection.js";
import { change, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const MENUS = ["dismiss", "person"]; // those that stand here

/** The dispatch button, the smaller acts, their menus, and what was done. */
export function makeDispatch() {
  const line = el("strong");
  const because = el("small");
  const key = el("kbd");
  const rest = el("span.rest", { "aria-hidden": "true" });
  const go = el("button.go", { type: "button", testid: "dispatch", on: { click: press } }, rest, el("span", {}, line, because), key);
  const done = el("div.done", { testid: "outcome", role: "status" });
  const seen = act("act.ack", "key.space", "ack", ack);
  const not = act("act.dismiss", "F", "dismiss", () => openMenu("dismiss"));
  const other = act("act.other", "O", "other-person", () => openMenu("person"));
  const acts = el("div.acts", {}, seen, not, other);
  const menu = el("div.menu", { role: "group", testid: "menu" });

  let turnedAt = -Infinity; // since when the button does what it does now

  function press() {
    if (state.touchedAt - turnedAt < SETTLE_MS) return; // it went down for what the button did before
    if (undoLeft(selected()) > 0) undo();
    else dispatch();
  }

  function render() {
    const alert = selected();
    const sendable = canSend(alert) && mayDispatch();
    const asked = MENUS.includes(state.menu) ? state.menu : null;
    if (asked && !sendable) change({ menu: null }); // somebody else has decided: what nobody sees must hold nothing up
    show(acts, (sendable || (isRungAgain(alert) && mayDispatch())) && !asked);
    show(menu, sendable && Boolean(asked));
    seen.disabled = alert?.state !== "RAISED" && !isAside(alert);
    show(seen, !isReturned(alert));
    show(not, isUndecided(alert));
    show(other, canSend(alert));
    if ((asked ?? "") !== menu.dataset.of) {
      menu.dataset.of = asked ?? "";
      menu.replaceChildren(...(asked ? choices(asked) : []));
    }
    done.replaceChildren(...(alert ? outcome(alert) : []));
    show(done, done.childElementCount > 0);
    tick();
  }

  function tick() {
    const alert = selected();
    const left = undoLeft(alert);
    const open = canSend(alert) && mayDispatch();
    const suggestion = state.details.get(alert?.id)?.suggestion;
    show(go, open || left > 0);
    if (go.classList.contains("undo") !== left > 0) turnedAt = performance.now();
    go.classList.toggle("undo", left > 0);
    go.dataset.testid = left > 0 ? "undo" : "dispatch";
    if (left > 0) {
      say(line, t("act.undo", { s: Math.ceil(left) }));
      say(because, t("act.sent", { person: named(alert.dispatch.person) }));
      say(key, "Z");
      rest.style.transform = `scaleX(${Math.min(1, left / state.session.undo_s)})`;
      go.disabled = performance.now() - turnedAt < SETTLE_MS;
      return;
    }
    say(key, "D");
    rest.style.transform = "scaleX(0)";
    go.disabled = !suggestion || state.acting !== null || !settled(performance.now()) || performance.now() - turnedAt < SETTLE_MS;
    if (suggestion) {
      say(line, t("act.dispatch", { person: named(suggestion.person) }));
      const why = suggestion.why.map((one) => named(one));
      say(because, [...why, suggestion.open_tasks > 0 && t("act.tasks", { n: suggestion.open_tasks }), unreachable(suggestion.person.id)].filter(Boolean).join(" · "));
    } else {
      say(line, t(suggestion === null ? "act.nobody" : "act.choosing"));
      say(because, suggestion === null ? t("act.nobody_why") : "");
    }
  }

  subscribe(render);
  onTick(tick);
  return el("div.deciding", {}, go, done, acts, menu);
}

/** That nobody would be told, where the person has no account for the phone page. */
const unreachable = (id) => (state.duty.people.find((person) => person.id === id)?.reachable === false ? t("act.unreachable") : "");

/** Whoever only looks is shown nothing to press. */
const mayDispatch = () => state.session.user.rights.includes("dispatch");

function act(text, key, testid, handler) {
  return el("button", { type: "button", testid, on: { click: handler } }, el("span", { text }), cap(key));
}

function choices(menu) {
  const entries =
    menu === "dismiss"
      ? reasons().map(([reason, name]) => [named(name), () => dismiss(reason), `reason-${reason}`])
      : offered().map((person) => [[named(person), person.open_tasks > 0 && t("act.tasks", { n: person.open_tasks }), unreachable(person.id)].filter(Boolean).join(" · "), () => dispatch(person.id), `person-${person.id}`]);
  return [
    el("p", { text: `act.which_${menu}` }),
    ...entries.map(([text, handler, testid], i) =>
      el("button", { type: "button", testid, on: { click: handler } }, el("span", {}, text), cap(String(i + 1))),
    ),
  ];
}

/** What was done about an alert that is no longer open. */
function outcome(alert) {
  if (isDispatched(alert)) {
    const { person, by, at } = alert.dispatch;
    return [
      isReturned(alert)
        ? el("strong", { testid: "returned" }, t("done.returned", { person: named(person), why: whyReturned(alert.dispatch) }))
        : el("strong", {}, t("done.dispatched", { person: named(person) })),
      el("span", {}, t("done.by", { by, at: timeOfDay(at) })),
    ];
  }
  if (alert.state === "DISMISSED" && alert.dismissed) {
    const { by, at, reason } = alert.dismissed;
    return [
      el("strong", {}, t("done.dismissed", { reason: named(state.session.dismiss_reasons[reason]) || reason })),
      el("span", {}, t("done.by", { by, at: timeOfDay(at) })),
    ];
  }
  if (alert.shelved) {
    const { by, at, until, reason } = alert.shelved;
    return [
      el("strong", { testid: "aside" }, t(`done.${alert.state}`, { until: timeOfDay(until), reason })),
      el("span", {}, t("done.by", { by, at: timeOfDay(at) })),
    ];
  }
  return [];
}

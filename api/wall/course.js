// What became of a dispatch: reached, taken, on site, handled, with words and photos; and the verdict on it.
import { judge, openVerdict, reworks } from "./acts.js";
import { isDispatched, isHandled, selected } from "./alerts.js";
import { timeOfDay } from "./clock.js";
import { cap, el, show } from "./element.js";
import { tell } from "./notice.js";
import { mayLook } from "./reasons.js";
import { ring } from "./sound.js";
import { change, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const STEPS = ["at", "delivered", "taken", "on_site", "handled"];

/** Why a task came back, in words: a known reason, or the officer's own. */
export const whyReturned = (dispatch) => named(state.session.return_reasons[dispatch.return_reason]) || dispatch.return_reason;

/** [step, instant or null] of a dispatch, in their order. */
function stepsOf(dispatch) {
  const steps = STEPS.map((step) => [step, dispatch[step]]);
  if (dispatch.returned) return [...steps.slice(0, 2), ["returned", dispatch.returned]];
  return dispatch.state === "CLOSED" ? [...steps, ["closed", dispatch.verified]] : steps;
}

function path(dispatch) {
  return el(
    "ol.path",
    { label: "course.label", testid: "course" },
    ...stepsOf(dispatch).map(([step, at]) =>
      el("li", { "data-step": step, "data-done": at ? "yes" : "no" }, el("b", {}, t(`course.${step}`)), el("time", {}, at ? timeOfDay(at) : "")),
    ),
  );
}

function photos(dispatch) {
  if (!dispatch.photos.length || !mayLook(selected())) return null;
  return el(
    "div.photos",
    { testid: "photos" },
    ...dispatch.photos.map(({ url, at }) => {
      const told = t("course.photo", { at: timeOfDay(at) });
      return url ? el("a", { href: url, target: "_blank", rel: "noopener" }, el("img", { src: url, alt: told, title: told })) : el("span", {}, t("course.photo_gone"));
    }),
  );
}

/** What is said of a dispatch that is not called back. */
function said(dispatch) {
  const again = dispatch.state === "TAKEN" && state.session.rework_reasons[dispatch.verdict];
  return [
    path(dispatch),
    dispatch.notified === "no_channel" && ["PENDING", "SENT"].includes(dispatch.state) ? el("p.warn", { testid: "not-notified" }, t("done.no_channel")) : null,
    again ? el("p.warn", { testid: "reworked" }, t("course.rework_why", { by: dispatch.verified_by, why: named(again) })) : null,
    el("div.report", {}, photos(dispatch), dispatch.result ? el("p.result", { testid: "result" }, t("course.result", { result: dispatch.result })) : null),
  ].filter(Boolean);
}

const stood = new Map(); // alert id: state of its dispatch as it was last seen

/** Says aloud what needs somebody at the wall: a task came back, or is done and to be looked at. */
function announce() {
  for (const { id, level, code, incident, dispatch } of state.alerts.values()) {
    const before = stood.get(id);
    if (before === dispatch?.state) continue;
    stood.set(id, dispatch?.state);
    if (!before || !["RETURNED", "HANDLED"].includes(dispatch?.state)) continue;
    const returned = dispatch.state === "RETURNED";
    tell(t(`notice.${returned ? "returned" : "handled"}`, { person: named(dispatch.person), no: incident.no, what: named(state.session.codes[code]), why: whyReturned(dispatch) }), returned ? "look" : "good");
    if (returned) ring(level);
  }
}

/** The course of the selected alert's dispatch, and what a verifier does about it. */
export function makeCourse() {
  const told = el("div.said");
  const close = el("button", { type: "button", testid: "close", on: { click: () => judge() } }, el("span", { text: "act.close" }), cap("E"));
  const again = el("button", { type: "button", testid: "rework", on: { click: openVerdict } }, el("span", { text: "act.rework" }), cap("R"));
  const acts = el("div.acts.verdict", {}, close, again);
  const menu = el("div.menu", { role: "group", testid: "rework-menu" });
  const root = el("div.course", {}, acts, menu, told);
  let shown = "";

  subscribe(() => {
    announce();
    const alert = selected();
    const dispatch = alert && isDispatched(alert) ? alert.dispatch : null;
    const judging = isHandled(alert) && state.session.user.rights.includes("handle");
    if (state.menu === "rework" && !judging) change({ menu: null });
    show(root, Boolean(dispatch));
    show(acts, judging && state.menu !== "rework");
    show(menu, judging && state.menu === "rework");
    const now = JSON.stringify([dispatch, document.documentElement.lang]);
    if (now === shown) return;
    shown = now;
    told.replaceChildren(...(dispatch ? said(dispatch) : []));
    const choices = reworks().map(([reason, name], i) =>
      el("button", { type: "button", testid: `rework-${reason}`, on: { click: () => judge(reason) } }, el("span", {}, named(name)), cap(String(i + 1))),
    );
    menu.replaceChildren(el("p", { text: "act.which_rework" }), ...choices);
  });
  return root;
}

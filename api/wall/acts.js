// What the operator does with an alert: acknowledge, dismiss, dispatch, undo; each is told plainly when it fails.
import { canSend, isAside, isHandled, isUndecided, merge, selected } from "./alerts.js";
import { timeOfDay } from "./clock.js";
import { outdate } from "./details.js";
import { refresh } from "./feed.js";
import { tell } from "./notice.js";
import { settled, undoLeft } from "./selection.js";
import { ask } from "./session.js";
import { change, state } from "./state.js";
import { named, t } from "./text.js";

const LOOK_MS = 20;
const CHOOSING_MS = 3000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Does one thing at a time: whoever is quicker than an answer is served after it, if it still holds of the alert by then. */
async function inTurn(id, deed) {
  while (state.acting) await pause(LOOK_MS);
  const alert = state.alerts.get(id);
  if (alert) await deed(alert);
}

async function act(alert, path, body, done = "") {
  change({ acting: alert.id, menu: null });
  try {
    take(await ask(path, body));
    if (done) tell(done);
  } catch (error) {
    if (error.key === "conflict" && error.body.current) {
      tell(t("notice.conflict", { what: whatHappened(error.body.current) }), "look");
      take(error.body.current);
    } else if (error.key === "too_late") tell(t("notice.too_late"), "look");
    else if (error.status === 0) tell(t("notice.unreachable"), "bad");
    else tell(t("notice.refused", { detail: error.told }), "bad");
  } finally {
    change({ acting: null });
    refresh(300);
  }
}

function take(alert) {
  merge(alert);
  outdate(alert.id);
  change();
}

const GONE_ON = ["RETURNED", "TAKEN", "ON_SITE", "HANDLED", "CLOSED"];

/** Who did what, for a conflict. */
function whatHappened({ state: standing, acked, dismissed, dispatch, raised, received }) {
  if (standing === "RAISED" && raised !== received) return t("did.raised_again", { at: timeOfDay(raised) });
  if (standing === "DISMISSED" && dismissed) {
    const reason = named(state.session.dismiss_reasons[dismissed.reason]);
    return t("did.dismissed", { by: dismissed.by, at: timeOfDay(dismissed.at), reason });
  }
  if (standing === "CONFIRMED" && dispatch && GONE_ON.includes(dispatch.state)) {
    return t("did.stands", { person: named(dispatch.person), stands: t(`incident.${dispatch.state}`) });
  }
  if (standing === "CONFIRMED" && dispatch) {
    return t("did.dispatched", { by: dispatch.by, at: timeOfDay(dispatch.at), person: named(dispatch.person) });
  }
  if (acked) return t("did.acked", { by: acked.by, at: timeOfDay(acked.at) });
  return t("did.changed");
}

/** I have seen it. */
export function ack() {
  const mine = (alert) => alert?.state === "RAISED" || isAside(alert);
  if (!settled() || !mine(selected())) return;
  inTurn(selected().id, (alert) => mine(alert) && act(alert, `alerts/${alert.id}/ack`, { version: alert.version }));
}

/** It is none, for a reason. */
export function dismiss(reason) {
  if (!isUndecided(selected())) return;
  inTurn(selected().id, (alert) => {
    if (!isUndecided(alert)) return;
    const told = { reason: named(state.session.dismiss_reasons[reason]), what: named(state.session.codes[alert.code]) };
    act(alert, `alerts/${alert.id}/dismiss`, { version: alert.version, reason }, t("notice.dismissed", told));
  });
}

/** Sends a person: confirms, accepts and dispatches in one. */
export async function dispatch(person = undefined) {
  const id = selected()?.id;
  if (!canSend(selected()) || !settled()) return;
  const chosen = person ?? (await suggested(id));
  if (!chosen) return;
  inTurn(id, (alert) => canSend(alert) && act(alert, `alerts/${id}/dispatch`, { version: alert.version, person: chosen }));
}

/** Whom the server suggests: it may just be choosing, after something else has happened to the alert. */
async function suggested(id) {
  while (state.acting) await pause(LOOK_MS);
  const until = performance.now() + CHOOSING_MS;
  while (performance.now() < until && canSend(state.alerts.get(id))) {
    const known = state.details.get(id)?.suggestion;
    if (known !== undefined) return known?.person.id;
    await pause(LOOK_MS);
  }
  if (canSend(state.alerts.get(id))) tell(t("notice.not_sent"), "look");
  return undefined;
}

/** Calls the person back while that is possible; also where the click that sent them is not answered yet. */
export function undo() {
  inTurn(selected()?.id, (alert) => {
    if (undoLeft(alert) > 0) act(alert, `dispatches/${alert.dispatch.id}/undo`, {});
    else if (alert.dispatch?.state === "SENT") tell(t("notice.too_late"), "look");
  });
}

/** Opens or closes a menu of the selected alert. */
export function openMenu(menu) {
  const alert = selected();
  const may = menu === "person" ? canSend(alert) : isUndecided(alert);
  if (may && settled()) change({ menu: state.menu === menu ? null : menu });
}

/** The reasons to have it done again, in the order of their keys. */
export const reworks = () => Object.entries(state.session.rework_reasons);

/** Opens or closes the reasons to have it done again. */
export function openVerdict() {
  if (isHandled(selected()) && settled()) change({ menu: state.menu === "rework" ? null : "rework" });
}

/** It is closed or, for a reason, must be done again. */
export function judge(reason = undefined) {
  if (!isHandled(selected()) || !settled()) return;
  inTurn(selected().id, (alert) => {
    if (!isHandled(alert)) return;
    const { id, version } = alert.dispatch;
    if (reason) act(alert, `dispatches/${id}/rework`, { version, reason }, t("notice.reworked", { person: named(alert.dispatch.person) }));
    else act(alert, `dispatches/${id}/close`, { version }, t("notice.closed", { no: alert.incident.no }));
  });
}

/** The reasons for a dismissal in the order of their keys 1 to 4. */
export const reasons = () => Object.entries(state.session.dismiss_reasons);

const OFFERED = 8; // people, by the digits from 1

/** The people on duty who are offered, in the order of their keys. */
export const offered = () => state.duty.people.filter((person) => person.on_duty).slice(0, OFFERED);

// What the operator does with an alert: acknowledge, dismiss, dispatch, undo; each is told plainly when it fails.
import { isOpen, merge, selected } from "./alerts.js";
import { timeOfDay } from "./clock.js";
import { refresh } from "./feed.js";
import { tell } from "./notice.js";
import { settled, undoLeft } from "./selection.js";
import { ask } from "./session.js";
import { change, state } from "./state.js";
import { named, t } from "./text.js";

async function act(alert, path, body, done = "") {
  if (state.acting) return;
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
  state.details.delete(alert.id);
  change();
}

/** Who did what, for a conflict. */
function whatHappened({ state: standing, acked, dismissed, dispatch }) {
  if (standing === "DISMISSED" && dismissed) {
    const reason = named(state.session.dismiss_reasons[dismissed.reason]);
    return t("did.dismissed", { by: dismissed.by, at: timeOfDay(dismissed.at), reason });
  }
  if (standing === "CONFIRMED" && dispatch) {
    return t("did.dispatched", { by: dispatch.by, at: timeOfDay(dispatch.at), person: named(dispatch.person) });
  }
  if (acked) return t("did.acked", { by: acked.by, at: timeOfDay(acked.at) });
  return t("did.changed");
}

/** I have seen it. */
export function ack() {
  const alert = selected();
  if (settled() && alert?.state === "RAISED") act(alert, `alerts/${alert.id}/ack`, { version: alert.version });
}

/** It is none, for a reason. */
export function dismiss(reason) {
  const alert = selected();
  if (!alert || !isOpen(alert)) return;
  const told = { reason: named(state.session.dismiss_reasons[reason]), what: named(state.session.codes[alert.code]) };
  act(alert, `alerts/${alert.id}/dismiss`, { version: alert.version, reason }, t("notice.dismissed", told));
}

/** Sends a person: confirms, accepts and dispatches in one. */
export function dispatch(person = undefined) {
  const alert = selected();
  if (!alert || !isOpen(alert) || !settled()) return;
  const suggested = state.details.get(alert.id)?.suggestion?.person.id;
  const chosen = person ?? suggested;
  if (!chosen) return;
  act(alert, `alerts/${alert.id}/dispatch`, { version: alert.version, person: chosen });
}

/** Calls the person back while that is possible. */
export function undo() {
  const alert = selected();
  if (undoLeft(alert) > 0) act(alert, `dispatches/${alert.dispatch.id}/undo`, {});
}

/** Opens or closes a menu of the selected alert. */
export function openMenu(menu) {
  const alert = selected();
  if (alert && isOpen(alert) && settled()) change({ menu: state.menu === menu ? null : menu });
}

/** The reasons for a dismissal in the order of their keys 1 to 4. */
export const reasons = () => Object.entries(state.session.dismiss_reasons);

/** The people on duty in the order of their keys. */
export const onDuty = () => state.duty.people.filter((person) => person.on_duty);

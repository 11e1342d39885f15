// What the stage shows: chosen by the operator, or the next alert when the last one is done.
import { isDispatched, isOpen, queue, selected } from "./alerts.js";
import { serverNow } from "./clock.js";
import { change, state } from "./state.js";

const LOOKING_S = 30; // a camera chosen by hand gives way to a new alert after this

/** Puts an alert on the stage. */
export function selectAlert(id) {
  if (state.selection?.kind === "alert" && state.selection.id === id) return;
  change({ selection: { kind: "alert", id }, picture: "snapshot", menu: null });
}

/** Puts a camera's live picture on the stage. */
export function selectCamera(id) {
  change({ selection: { kind: "camera", id, at: performance.now() }, menu: null });
}

/** The alert before (-1) or after (+1) in the queue. */
export function step(by) {
  const order = queue();
  if (!order.length) return;
  const at = order.findIndex((alert) => alert.id === selected()?.id);
  selectAlert(order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))].id);
}

/** Closes what is open: the help, a menu, a camera. */
export function close() {
  if (state.help) change({ help: false });
  else if (state.menu) change({ menu: null });
  else if (state.selection?.kind === "camera") {
    const first = queue()[0];
    change({ selection: first ? { kind: "alert", id: first.id } : null, picture: "snapshot" });
  }
}

/** Seconds in which a dispatch can still be called back; 0 when it cannot. */
export function undoLeft(alert) {
  if (!alert || !isDispatched(alert) || alert.dispatch.state !== "PENDING") return 0;
  return Math.max(0, (Date.parse(alert.dispatch.undo_until) - serverNow()) / 1000);
}

function busy() {
  const chosen = state.selection;
  if (!chosen) return false;
  if (state.menu || state.acting) return true;
  if (chosen.kind === "camera") return (performance.now() - chosen.at) / 1000 < LOOKING_S;
  const alert = selected();
  return Boolean(alert) && (isOpen(alert) || undoLeft(alert) > 0);
}

/** Moves on to the most urgent alert unless the operator is busy with another. */
export function moveOn() {
  if (busy()) return;
  const next = queue().find((alert) => alert.state === "RAISED");
  if (next) selectAlert(next.id);
  else if (!state.selection) {
    const first = queue()[0];
    if (first && isOpen(first)) selectAlert(first.id);
  }
}

// What the stage shows: chosen by the operator, or the next alert when the last one is done.
import { canSend, isAside, isDispatched, isOpen, isReturned, queue, selected } from "./alerts.js";
import { serverNow } from "./clock.js";
import { change, state } from "./state.js";

const LOOKING_S = 30; // without a key or click for this long, nobody is busy with what was chosen
/** ms; a key pressed sooner was meant for what stood there before. */
export const SETTLE_MS = 500;

/** Puts an alert on the stage. */
export function selectAlert(id) {
  if (state.selection?.kind === "alert" && state.selection.id === id) return;
  const alert = state.alerts.get(id);
  const review = Boolean(alert) && !isOpen(alert); // looked up again: nothing to decide, but somebody reads it
  change({ selection: { kind: "alert", id, review }, picture: "snapshot", menu: null });
}

/** Puts a camera's live picture on the stage. */
export function selectCamera(id) {
  change({ selection: { kind: "camera", id }, menu: null });
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
    if (first) selectAlert(first.id);
    else change({ selection: null });
  }
}

/** Seconds in which a dispatch can still be called back; 0 when it cannot. */
export function undoLeft(alert) {
  if (!alert || !isDispatched(alert) || !["PENDING", "SENT"].includes(alert.dispatch.state)) return 0;
  return Math.max(0, (Date.parse(alert.dispatch.undo_until) - serverNow()) / 1000);
}

/** Whether the operator had had time to see what is on the stage, where it came there by itself, when a key or button went down. */
export const settled = (at = state.touchedAt) => !(at - (state.selection?.cameAt ?? -Infinity) < SETTLE_MS);

/** Whether `next` may take the stage now. */
function mayCome(next) {
  const asked = state.menu && state.menu !== "linked"; // a link that is only shown holds no alert up
  if (asked || state.acting || state.help || state.blind) return false;
  if (!state.selection) return true;
  const idle = (performance.now() - state.touchedAt) / 1000 > LOOKING_S;
  if (state.selection.kind === "camera") return idle;
  const alert = selected();
  if (!alert) return true;
  if (isAside(alert) || (!canSend(alert) && alert.state !== "RAISED")) return state.selection.review ? idle : undoLeft(alert) === 0;
  return idle && (alert.state === "ACKED" || next.level < alert.level);
}

/** Brings the most urgent alert, unless the operator is busy with another. */
export function moveOn() {
  const order = queue();
  const next = order.find((alert) => alert.state === "RAISED" || isReturned(alert)) ?? (state.selection ? null : order.find(isOpen));
  if (!next || next.id === selected()?.id || !mayCome(next)) return;
  change({ selection: { kind: "alert", id: next.id, cameAt: performance.now() }, picture: "snapshot", menu: null });
}

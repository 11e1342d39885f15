// Alerts as the operator sees them: which are open, in which order, and which is the next.
import { change, state } from "./state.js";

/** Nobody has decided yet. */
export const isOpen = (alert) => alert.state === "RAISED" || alert.state === "ACKED";

const UNDER_WAY = ["PENDING", "SENT", "TAKEN", "ON_SITE", "HANDLED"];

/** It waits for somebody again while somebody is under way for it: it is to be seen, and nobody else to be sent. */
export const isRungAgain = (alert) => Boolean(alert) && isOpen(alert) && UNDER_WAY.includes(alert.dispatch?.state);

/** Nobody was rung for it: its rule is set aside, or was. */
export const isAside = (alert) => alert?.state === "SHELVED" || alert?.state === "EXPIRED";

/** Nobody has decided yet, nor is anybody under way. */
export const isUndecided = (alert) => Boolean(alert) && (isOpen(alert) || isAside(alert)) && !isRungAgain(alert);

/** Somebody was sent and not called back. */
export const isDispatched = (alert) => isRungAgain(alert) || (alert.state === "CONFIRMED" && alert.dispatch && alert.dispatch.state !== "UNDONE");

/** Whoever was sent has sent it back: somebody else must go. */
export const isReturned = (alert) => alert?.state === "CONFIRMED" && alert.dispatch?.state === "RETURNED";

/** It is handled, and somebody must look whether it is. */
export const isHandled = (alert) => alert?.state === "CONFIRMED" && alert.dispatch?.state === "HANDLED";

/** Somebody may be sent. */
export const canSend = (alert) => isUndecided(alert) || isReturned(alert);

const DONE = 3;

function rank(alert) {
  if (alert.state === "RAISED" || isReturned(alert)) return 0;
  if (alert.state === "ACKED") return 1;
  return isHandled(alert) ? 2 : DONE;
}

function before(a, b) {
  const [one, other] = [rank(a), rank(b)];
  if (one !== other) return one - other;
  if (one === DONE) return Date.parse(b.detected) - Date.parse(a.detected); // done: newest first
  return a.level - b.level || Date.parse(a.detected) - Date.parse(b.detected); // open: gravest, then longest waiting
}

let order = null; // kept until an alert changes: it is asked for with each picture that is drawn
let open = null;

function changed() {
  order = null;
  open = null;
  change();
}

/** All alerts in the order of the queue: not yet acknowledged, acknowledged, done. */
export function queue() {
  order ??= [...state.alerts.values()].sort(before);
  return order;
}

/** The gravest open alert of a camera, or undefined. */
export function openAt(cameraId) {
  open ??= new Map(queue().filter(isOpen).reverse().map((alert) => [alert.camera, alert]));
  return open.get(cameraId);
}

/** The selected alert, or null. */
export const selected = () =>
  (state.selection?.kind === "alert" && state.alerts.get(state.selection.id)) || null;

/** The zone or line that an alert is about, or null. */
export function placeOf(alert) {
  const camera = state.session.cameras.find((known) => known.id === alert.camera);
  if (!camera) return null;
  return [...camera.zones, ...camera.lines].find((place) => place.id === alert.place) ?? null;
}

/** Whether `a` is a later view than `b`: people's deeds count the version, the machine's words the revision. */
const later = (a, b) => a.version + a.revision > b.version + b.revision;

/** Whoever stood in the frame that fired stays drawn on it, also when the last revision names nobody any more. */
const pictured = (alert, known) =>
  alert.subjects.length || !known ? alert : { ...alert, subjects: known.subjects };

/** Takes over an alert that the server sent, unless we know a later version. */
export function merge(alert) {
  const known = state.alerts.get(alert.id);
  if (known && later(known, alert)) return;
  state.alerts.set(alert.id, pictured(alert, known));
  changed();
}

/**
 * Takes over the server's whole list; what it no longer names is gone.
 * @param alerts list of AlertView
 * @param {function(string): boolean} isNewer whether we heard of that id after the list was made
 */
export function replaceAll(alerts, isNewer) {
  const fresh = new Map([...state.alerts].filter(([id]) => isNewer(id)));
  for (const alert of alerts) {
    const known = state.alerts.get(alert.id);
    // A photo, or a word of the police, comes with no new version of the alert.
    const outdated = known && (isNewer(alert.id) || later(known, alert));
    fresh.set(alert.id, outdated ? known : pictured(alert, known));
  }
  state.alerts = fresh;
  changed();
}

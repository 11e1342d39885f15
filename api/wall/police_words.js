// What is said of pushes to the police, in the language of now: for the wall and for their liaison.
import { age, serverNow, since, timeOfDay } from "./clock.js";
import { known, named, t } from "./text.js";

/** What a receipt can say, in the order of the digits 1 to 6. */
export const STATUSES = ["RECEIVED", "SIGNED", "POLICE_SENT", "ARRIVED", "FEEDBACK", "RETURNED"];

/** Of an incident's pushes the first that waits for a receipt; the first of all where none does. */
export const waitingTarget = (one) => one.police.find((view) => !view.received) ?? one.police[0];

/** The name of a target; `targets` is the session's list. */
export const nameOf = (targets, id) => named(targets.find((one) => one.id === id)) || id;

/** Why an attempt failed, in plain words; errors are keys, with a status after a colon where there is one. */
export function errorOf(error) {
  const [key, status = ""] = error.split(":");
  return known(`push.error.${key}`) ? t(`push.error.${key}`, { status }) : error;
}

/** What the police did last. */
export const statusOf = (status) => (known(`receipt.${status}`) ? t(`receipt.${status}`) : status);

/** How the way of a push stands: {text, kind}, kind good, look or bad; counts down to the next attempt. */
export function wayOf({ state, attempts, due, error, delivered }) {
  if (state === "DELIVERED") return { text: t("push.delivered", { at: timeOfDay(delivered) }), kind: "good" };
  if (state === "DEAD") return { text: t("push.dead", { why: errorOf(error) }), kind: "bad" };
  const wait = Math.ceil((Date.parse(due) - serverNow()) / 1000);
  if (attempts === 0) return { text: t("push.waiting"), kind: "look" };
  if (!error || wait <= 0) return { text: t("push.sending", { n: error ? attempts + 1 : attempts }), kind: "look" };
  return { text: t("push.again_in", { n: attempts, why: errorOf(error), s: wait }), kind: "look" };
}

/** Whether the police signed for it: {text, kind}; counts up until they do. */
export function signOf({ pushed, received, receipt }) {
  if (!received) return { text: t("push.unreceived", { age: age(since(pushed)) }), kind: "bad" };
  const words = [statusOf(receipt.status), receipt.by, timeOfDay(receipt.at), receipt.police_case_no, receipt.note];
  return { text: words.filter(Boolean).join(" · "), kind: "good" };
}

// What happened to an alert and by whom, the latest first.
import { selected } from "./alerts.js";
import { span, timeOfDay } from "./clock.js";
import { el } from "./element.js";
import { nameOf, statusOf } from "./police_words.js";
import { state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const SHOWN = 7; // steps; the oldest of the middle make room

/** What the alert itself says of its course, for as long as the history is not there. */
function ownSteps(alert) {
  const steps = [
    { at: alert.began, action: "began" },
    { at: alert.detected, action: "detected" },
  ];
  if (alert.received) steps.push({ at: alert.received, action: "received" });
  if (alert.ended) steps.push({ at: alert.ended, action: "ended" });
  return steps;
}

// audited deeds that say something to an operator; one click writes down more than these
const TOLD = new Set(["alert.acked", "alert.dismissed", "alert.raised_again", "alert.shelved", "dispatch.pending", "dispatch.undone", "dispatch.recalled", "dispatch.delivered", "dispatch.taken", "dispatch.returned", "dispatch.on_site", "dispatch.handled", "dispatch.closed", "dispatch.rework", "photo.viewed", "snapshot.viewed", "clip.viewed", "snapshot.linked", "clip.linked", "incident.pushed", "push.delivered", "push.dead", "push.again", "receipt.taken"]);

/** All steps of an alert, oldest first: its own, and what people did. */
export function steps(alert) {
  const told = (state.details.get(alert.id)?.history ?? []).filter((step) => TOLD.has(step.action));
  const all = [...ownSteps(alert), ...told].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return all.length > SHOWN ? [...all.slice(0, 2), ...all.slice(2 - SHOWN)] : all;
}

function detailOf({ detail }) {
  if (typeof detail !== "object" || detail === null) return detail ?? "";
  if (detail.reason === "handling") return ""; // nothing else is to be expected of an operator
  if (detail.because) return t(`again.${detail.because}`);
  if (detail.reason) return named(state.session.dismiss_reasons[detail.reason] ?? state.session.view_reasons[detail.reason]) || String(detail.reason);
  if (detail.return_reason) return named(state.session.return_reasons[detail.return_reason]) || detail.return_reason;
  if (detail.rework) return named(state.session.rework_reasons[detail.rework]);
  if (detail.late_s) return t("step.late", { late: span(detail.late_s) });
  if (detail.target) return [nameOf(state.session.police, detail.target), detail.status && statusOf(detail.status)].filter(Boolean).join(" · ");
  const sent = state.duty.people.find((person) => person.id === detail.person);
  return sent ? named(sent) : "";
}

/** The timeline. */
export function makeTimeline() {
  const list = el("ol.timeline", { label: "timeline.label", testid: "timeline" });
  subscribe(() => {
    const alert = selected();
    const nodes = alert
      ? steps(alert).reverse().map((step) => {
          const name = t(`step.${step.action}`);
          const words = [step.actor, detailOf(step)].filter(Boolean).join(" · ");
          return el("li", { "data-action": step.action }, el("time", {}, timeOfDay(step.at)), el("b", {}, name), words ? el("span", {}, words) : null);
        })
      : [];
    list.replaceChildren(...nodes);
  });
  return list;
}

// What happened to an alert and by whom, the latest first.
import { selected } from "./alerts.js";
import { timeOfDay } from "./clock.js";
import { el } from "./element.js";
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
const TOLD = new Set(["alert.acked", "alert.dismissed", "dispatch.pending", "dispatch.undone", "snapshot.viewed", "clip.viewed", "snapshot.linked", "clip.linked"]);

/** All steps of an alert, oldest first: its own, and what people did. */
export function steps(alert) {
  const told = (state.details.get(alert.id)?.history ?? []).filter((step) => TOLD.has(step.action));
  const all = [...ownSteps(alert), ...told].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return all.length > SHOWN ? [...all.slice(0, 2), ...all.slice(2 - SHOWN)] : all;
}

function detailOf({ detail }) {
  if (typeof detail !== "object" || detail === null) return detail ?? "";
  if (detail.reason) return named(state.session.dismiss_reasons[detail.reason]) || String(detail.reason);
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

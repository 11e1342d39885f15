// Who can be sent: the people on duty, their grids and what they already have in hand.
import { el, say } from "./element.js";
import { state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const gridName = (code) => named(state.session.grids.find((grid) => grid.code === code)) || code;

const DOING = ["HANDLED", "SENT", "TAKEN", "ON_SITE"]; // how far somebody is; the furthest is said

/** What somebody is at, in words; empty where it is nothing. */
function doing(person) {
  const states = [...state.alerts.values()].filter((alert) => alert.dispatch?.person.id === person.id).map((alert) => DOING.indexOf(alert.dispatch.state));
  const furthest = DOING[Math.max(-1, ...states)];
  return furthest && furthest !== "HANDLED" ? t(`incident.${furthest}`) : "";
}

function row(person) {
  return el(
    "li",
    { "data-duty": person.on_duty ? "on" : "off" },
    el("i", { "aria-hidden": "true" }),
    el("b", {}, named(person)),
    el("span.grids", {}, person.grids.map(gridName).join(t("list.and"))),
    el("span.tasks", {}, person.on_duty ? [doing(person), t("duty.tasks", { n: person.open_tasks })].filter(Boolean).join(" · ") : t("duty.off")),
  );
}

/** The list. */
export function makeDuty() {
  const count = el("span.sums");
  const list = el("ul.people", { testid: "duty" });
  subscribe(() => {
    const { on, total, people } = state.duty;
    say(count, t("duty.count", { on, total }));
    list.replaceChildren(...[...people].sort((a, b) => Number(b.on_duty) - Number(a.on_duty)).map(row));
  });
  return el("div.duty", {}, el("h2", {}, el("span", { text: "duty.title" }), count), list);
}

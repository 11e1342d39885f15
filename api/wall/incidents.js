// The incidents that people have in hand, with how long ago somebody was sent.
import { since, span } from "./clock.js";
import { el, say, show } from "./element.js";
import { signOf } from "./police_words.js";
import { selectAlert } from "./selection.js";
import { camera, onTick, state, subscribe } from "./state.js";
import { known, named, t } from "./text.js";

const SHOWN = 4;

/** The newest alert of an incident that this page knows, or undefined. */
function alertOf(incident) {
  return [...state.alerts.values()]
    .filter((alert) => alert.incident?.id === incident.id)
    .sort((a, b) => Date.parse(b.detected) - Date.parse(a.detected))[0];
}

function row(incident) {
  const alert = alertOf(incident);
  const code = incident.code ?? alert?.code;
  const where = camera(incident.camera ?? alert?.camera);
  const person = incident.person ?? alert?.dispatch?.person;
  const at = alert?.dispatch?.at ?? incident.opened ?? alert?.detected;
  const ago = el("time");
  const unsigned = el("span.unsigned", { testid: "incident-unsigned" });
  const waits = (alert?.police ?? incident.police).find((one) => !one.received);
  show(unsigned, Boolean(waits));
  const tick = () => {
    if (at) say(ago, span(since(at)));
    if (waits) say(unsigned, signOf(waits).text);
  };
  tick();
  const stand = known(`incident.${incident.state}`) ? t(`incident.${incident.state}`) : incident.state;
  const root = el(
    "li",
    {},
    el(
      "button",
      { type: "button", "data-level": incident.level ?? alert?.level, disabled: !alert, on: { click: () => alert && selectAlert(alert.id) } },
      el("span.what", {}, [named(state.session.codes[code]) || code, named(where)].filter(Boolean).join(" · ")),
      ago,
      el("span.no", {}, incident.no),
      el("span.stand", { "data-state": incident.state }, [person ? named(person) : "", stand].filter(Boolean).join(" ")),
      unsigned,
    ),
  );
  return { root, tick };
}

/** The panel of open incidents. */
export function makeIncidents() {
  const count = el("span.sums");
  const list = el("ol", { testid: "incidents" });
  let rows = [];
  let shown = "";
  subscribe(() => {
    const now = JSON.stringify([state.incidents, document.documentElement.lang, [...state.alerts.values()].map((a) => a.incident && [a.version, a.dispatch?.state, a.police])]);
    if (now === shown) return;
    shown = now;
    const waits = (incident) => Number(!["RETURNED", "HANDLED"].includes(incident.state)); // for somebody at the wall
    rows = [...state.incidents].sort((a, b) => waits(a) - waits(b)).slice(0, SHOWN).map(row);
    say(count, t("incident.count", { n: state.incidents.length }));
    list.replaceChildren(...rows.map((one) => one.root));
    if (!rows.length) list.append(el("li.empty", {}, t("incident.none")));
  });
  onTick(() => rows.forEach((one) => one.tick()));
  return el("section.panel.incidents", { label: "incident.title" }, el("h2", {}, el("span", { text: "incident.title" }), count), list);
}

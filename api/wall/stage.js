// The stage: one alert with everything needed to decide, or one camera live.
import { guard } from "./aim.js";
import { isOpen, selected } from "./alerts.js";
import { dayOf, serverNow, since, span, timeOfDay } from "./clock.js";
import { makeCourse } from "./course.js";
import { makeDispatch } from "./dispatch.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { liveCamera, makePicture } from "./picture.js";
import { makePolice } from "./police.js";
import { makeShelving, shelveButton } from "./shelves.js";
import { camera, onTick, state, subscribe } from "./state.js";
import { languageNow, named, t } from "./text.js";
import { makeTimeline } from "./timeline.js";
import { cameraFacts, latestAlerts } from "./watchpost.js";
import { sentence } from "./why.js";

const FAR_MS = 20 * 3600 * 1000; // older than this, the time of day alone would mislead

const gridName = (code) => named(state.session.grids.find((grid) => grid.code === code)) || code;

const capabilityOf = (alert) => state.session.codes[alert.code]?.capability;

/** [key, text] of what is known of an alert. */
function alertFacts(alert) {
  const at = camera(alert.camera);
  const local = languageNow() === "zh" ? at?.entrance : ""; // an entrance has one name only
  const place = at ? [named(at), local, gridName(at.grid)].filter(Boolean).join(" · ") : alert.camera || t("stage.system");
  const day = serverNow() - Date.parse(alert.detected) > FAR_MS ? `${dayOf(Date.parse(alert.detected))} ` : "";
  const lasted = alert.ended ? span((Date.parse(alert.ended) - Date.parse(alert.began)) / 1000) : "";
  const before = state.details.get(alert.id)?.samePlace;
  const facts = [
    ["where", place],
    ["when", `${day}${timeOfDay(alert.detected)}${alert.ended ? t("stage.lasted", { lasted }) : t("stage.lasting")}`],
    ["before", before ? t("stage.same", { n: before.alerts, false: before.dismissed_false }) : "…"],
  ];
  if (alert.raised !== alert.received) facts.splice(2, 0, ["again", timeOfDay(alert.raised)]);
  if (alert.incident) facts.push(["incident", alert.incident.no]);
  if (["B", "C"].includes(capabilityOf(alert))) facts.push(["basis", t(`capability.${capabilityOf(alert)}`)]);
  return facts.map(([key, text]) => [`stage.${key}`, text]);
}

/** The stage's panel. */
export function makeStage() {
  const sign = el("span.sign");
  const title = el("h2.title", { testid: "stage-title" });
  const waited = el("time.waited");
  const why = el("p.why", { testid: "why" });
  const list = el("dl.facts");
  const latest = el("ol.latest", { label: "camera.latest" });
  const back = el("p.back", { text: "stage.back" });
  const dispatch = makeDispatch();
  const timeline = makeTimeline();
  const root = el(
    "section.panel.stage",
    { label: "stage.label", testid: "stage" },
    makePicture(),
    guard(el("div.details", {}, el("div.heading", {}, sign, title, el("div.beside", {}, waited, shelveButton())), why, list, latest, back, makePolice(), makeShelving(), dispatch, makeCourse(), timeline)),
  );

  function render() {
    const alert = selected();
    for (const [key, value] of [["alert", alert?.id], ["state", alert?.state], ["level", alert?.level]]) {
      root.dataset[key] = value ?? "";
    }
    for (const node of [why, sign, waited, timeline]) show(node, Boolean(alert));
    show(latest, !alert);
    show(back, !alert && state.selection !== null && state.alerts.size > 0);
    if (alert) renderAlert(alert);
    else renderCamera(liveCamera()); // without an alert there always is one
    tick();
  }

  function renderAlert(alert) {
    if (sign.dataset.level !== String(alert.level)) {
      sign.dataset.level = alert.level;
      sign.replaceChildren(levelMark(alert.level));
    }
    say(title, named(state.session.codes[alert.code]) || alert.code);
    title.title = capabilityOf(alert) ? t(`capability.${capabilityOf(alert)}`) : "";
    why.replaceChildren(...sentence(alert));
  }

  function renderCamera(live) {
    const open = [...state.alerts.values()].some(isOpen);
    title.title = "";
    say(title, state.selection ? named(live) : t(open ? "stage.some" : "stage.calm"));
    const rows = latestAlerts(live);
    const same = rows.length === latest.children.length && rows.every((row, i) => row.isEqualNode(latest.children[i]));
    if (!same) latest.replaceChildren(...rows); // else a click may be under way
  }

  function tick() {
    const alert = selected();
    if (alert) say(waited, t("stage.ago", { age: span(since(alert.detected)) }));
    const facts = alert ? alertFacts(alert) : cameraFacts(liveCamera());
    const told = JSON.stringify(facts);
    if (list.dataset.told === told) return;
    list.dataset.told = told;
    list.replaceChildren(...facts.flatMap(([key, text]) => [el("dt", {}, t(key)), el("dd", {}, text)]));
  }

  subscribe(render);
  onTick(tick);
  return root;
}

// The stage: one alert with everything needed to decide, or one camera live.
import { isOpen, selected } from "./alerts.js";
import { dayOf, serverNow, since, span, timeOfDay } from "./clock.js";
import { makeDispatch } from "./dispatch.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { liveCamera, makePicture } from "./picture.js";
import { camera, health, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";
import { makeTimeline } from "./timeline.js";
import { sentence } from "./why.js";

const gridName = (code) => named(state.session.grids.find((grid) => grid.code === code)) || code;

function placeText(alert) {
  const at = camera(alert.camera);
  return at ? t("stage.place", { camera: named(at), entrance: at.entrance, grid: gridName(at.grid) }) : alert.camera;
}

function fact(key) {
  const value = el("dd");
  const root = [el("dt", { text: `stage.${key}` }), value];
  return { root, set: (text) => root.forEach((node) => show(node, Boolean(text))) ?? say(value, text) };
}

/** The stage's panel. */
export function makeStage() {
  const sign = el("span.sign");
  const title = el("h2.title", { testid: "stage-title" });
  const waited = el("time.waited");
  const why = el("p.why", { testid: "why" });
  const facts = Object.fromEntries(["where", "when", "before", "incident"].map((key) => [key, fact(key)]));
  const list = el("dl.facts", {}, ...Object.values(facts).flatMap((one) => one.root));
  const calm = el("p.calm");
  const dispatch = makeDispatch();
  const timeline = makeTimeline();
  const root = el(
    "section.panel.stage",
    { label: "stage.label", testid: "stage" },
    makePicture(),
    el("div.words", {}, el("div.heading", {}, sign, title, waited), calm, why, list, dispatch, timeline),
  );

  function render() {
    const alert = selected();
    root.dataset.alert = alert?.id ?? "";
    root.dataset.state = alert?.state ?? "";
    root.dataset.level = alert?.level ?? "";
    for (const node of [why, list, sign, waited]) show(node, Boolean(alert));
    show(calm, !alert);
    if (!alert) {
      const live = liveCamera();
      const open = [...state.alerts.values()].filter(isOpen).length;
      say(title, state.selection ? named(live) : t(open ? "stage.some" : "stage.calm"));
      const seen = health(live.id);
      const parts = [t("stage.entrance", { entrance: live.entrance, grid: gridName(live.grid) })];
      if (seen?.width) parts.push(`${seen.width} × ${seen.height} · ${seen.fps.toFixed(0)} fps · ${seen.codec.toUpperCase()}`);
      if (state.selection) parts.push(t("stage.back"));
      say(calm, parts.join("\n"));
      return;
    }
    if (sign.dataset.level !== String(alert.level)) {
      sign.dataset.level = alert.level;
      sign.replaceChildren(levelMark(alert.level));
    }
    say(title, named(state.session.codes[alert.code]) || alert.code);
    why.replaceChildren(...sentence(alert));
    facts.where.set(placeText(alert));
    const lasted = alert.ended ? (Date.parse(alert.ended) - Date.parse(alert.began)) / 1000 : since(alert.began);
    const far = serverNow() - Date.parse(alert.detected) > 20 * 3600 * 1000 ? `${dayOf(Date.parse(alert.detected))} ` : "";
    facts.when.set(`${far}${timeOfDay(alert.detected)}${alert.ended ? t("stage.lasted", { lasted: span(lasted) }) : t("stage.lasting")}`);
    const before = state.details.get(alert.id)?.samePlace;
    facts.before.set(before ? t("stage.same", { n: before.alerts, false: before.dismissed_false }) : "…");
    facts.incident.set(alert.incident ? alert.incident.no : "");
    tick();
  }

  function tick() {
    const alert = selected();
    if (alert) say(waited, t("stage.ago", { age: span(since(alert.detected)) }));
  }

  subscribe(render);
  onTick(tick);
  return root;
}

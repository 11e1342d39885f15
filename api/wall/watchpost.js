// One camera by itself: its stream, what it watches, how blind it was today, and its latest alerts.
import { standing } from "./queue.js";
import { serverNow, span, timeOfDay } from "./clock.js";
import { el } from "./element.js";
import { levelMark } from "./level.js";
import { screenOf } from "./screen.js";
import { selectAlert } from "./selection.js";
import { health, state } from "./state.js";
import { named, t } from "./text.js";

const LATEST = 5;
const RIGHT_S = 1; // a camera's clock this close to ours is right

const gridName = (code) => named(state.session.grids.find((grid) => grid.code === code)) || code;

/** What a rule's id, e.g. INTRUDE:yard, is to people. */
export function ruleName(camera, id) {
  const [code, place] = id.split(":");
  const known = [...camera.zones, ...camera.lines].find((one) => one.id === place);
  return `${named(state.session.codes[code]) || code} · ${named(known) || place}`;
}

/** [key, text] of what is known of a camera. */
export function cameraFacts(camera) {
  const now = health(camera.id);
  const places = [...camera.zones, ...camera.lines].map(named).join(t("list.and"));
  const sinceRead = now?.blind_since ? Math.max(0, (serverNow() - state.blindReadAt) / 1000) : 0;
  const facts = [
    ["post", `${camera.entrance} · ${gridName(camera.grid)}`],
    ["watches", places || t("camera.nothing")],
    ["blind", span((state.blindToday[camera.id] ?? 0) + sinceRead)],
  ];
  if (now?.width) {
    const looked = t(now.looks > 1 ? "camera.looked.tiles" : "camera.looked", { fps: now.analysed_fps.toFixed(1), n: now.looks });
    facts.push(["stream", `${now.width} × ${now.height} · ${now.codec.toUpperCase()} · ${now.fps.toFixed(0)} fps`], ["analysed", looked]);
  }
  if (now?.off_schedule?.length) facts.push(["off", now.off_schedule.map((id) => ruleName(camera, id)).join(t("list.and"))]);
  if (now?.modelless?.length) facts.push(["modelless", now.modelless.map((id) => ruleName(camera, id)).join(t("list.and"))]);
  const shown = screenOf(camera.id)?.reason;
  if (shown) facts.push(["form", shown]);
  if (camera.masks.length) facts.push(["masks", t("camera.masked", { n: camera.masks.length })]);
  if (typeof now?.skew_s === "number") facts.push(["skew", skew(now.skew_s)]);
  if (now?.detail) facts.push(["detail", now.detail]);
  return facts.map(([key, text]) => [`camera.${key}`, text]);
}

function skew(seconds) {
  if (Math.abs(seconds) < RIGHT_S) return t("camera.skew.none");
  return t(seconds > 0 ? "camera.skew.ahead" : "camera.skew.behind", { lasted: span(Math.abs(seconds)) });
}

/** The latest alerts of a camera, each leading to itself. */
export function latestAlerts(camera) {
  const own = [...state.alerts.values()].filter((alert) => alert.camera === camera.id);
  own.sort((a, b) => Date.parse(b.detected) - Date.parse(a.detected));
  const rows = own.slice(0, LATEST).map((alert) =>
    el(
      "li",
      { "data-level": alert.level, "data-alert": alert.id },
      el(
        "button",
        { type: "button", on: { click: () => selectAlert(alert.id) } },
        levelMark(alert.level),
        el("b", {}, named(state.session.codes[alert.code]) || alert.code),
        el("time", {}, timeOfDay(alert.detected)),
        el("small", {}, standing(alert)),
      ),
    ),
  );
  return rows.length ? rows : [el("li.empty", {}, t("camera.quiet"))];
}

// The run that the page is about: its data, and the one instant that every part of the page shows.
import { named, t } from "./text.js";

export const run = JSON.parse(document.getElementById("told").textContent);
const followers = new Set();
let shown = 0;

export const follow = (follower) => followers.add(follower);

/** Number of the picture that is shown. */
export const shownNow = () => shown;

/** Shows the picture of that number, as far as there are any. */
export function showPicture(number) {
  shown = Math.max(0, Math.min(run.stills.length - 1, number));
  for (const follower of followers) follower();
}

/** Number of the last picture that is not later than this second; of the first where all are. */
export function pictureAt(second) {
  let [low, high] = [0, run.stills.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (run.stills[middle].at <= second + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const seek = (second) => showPicture(pictureAt(second));

/** How far the time line reaches, seconds. */
export const lasts = Math.max(run.seconds, 0.1, ...[...run.alerts, ...(run.change?.gained ?? [])].map((alert) => alert.ended_s ?? 0));

/** Minutes and seconds, with hours where there are any. */
export function clock(second, digits = 1) {
  const sign = second < 0 ? "−" : "";
  const tenth = 10 ** digits;
  const whole = Math.round(Math.abs(second) * tenth) / tenth;
  const [h, m] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const s = (whole % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return h ? `${sign}${h}:${String(m).padStart(2, "0")}:${s}` : `${sign}${m}:${s}`;
}

/** A figure with so many digits; a dash where there is none. */
export const figure = (value, digits = 2) => (value === null || value === undefined ? "—" : value.toFixed(digits));

export const codeName = (code) => (run.codes[code] ? named({ name: run.codes[code] }) : code);

/** Capability B is a proxy: it says so wherever it is told. */
export const suspected = (code) => run.codes[code]?.capability === "B";

/** The name of a zone or line; its id where the camera has none of that id; nothing where the camera is the place. */
export function placeName(id) {
  const place = [...run.camera.zones, ...run.camera.lines].find((one) => one.id === id);
  return place ? named(place) : (id ?? "");
}

/** Whether alerts of more than one camera stand here: then each says of which it is. */
export const several = new Set([...run.alerts, ...(run.change?.gained ?? [])].map((alert) => alert.camera)).size > 1;

/** Where an alert or a rule is: its place, and where there are several cameras, of which. */
export const where = ({ camera, zone }) => [several && camera, placeName(zone)].filter(Boolean).join(" · ");

/** What an alert or an event turned out to be, with its mark: never by its colour alone. */
export const VERDICTS = { found: "✓", missed: "○", false: "✗", repeated: "≈", lost: "−", gained: "+", changed: "≠", kept: "=", unscored: "•" };

/** Whether other rules would not have raised it. */
const isLost = ({ id }) => run.change?.lost.includes(id) ?? false;

export const verdictName = (verdict) => t(`verdict.${verdict}`);

/** Everything that has a picture of its own: alerts, and events that have no alert; in their order. */
export const happenings = [
  ...run.alerts.map((alert) => ({
    ...alert,
    verdict: alert.verdict ?? (isLost(alert) ? "lost" : "unscored"),
    lost: isLost(alert),
    at: Math.max(0, alert.detected_s),
    event: run.truth?.events.find((event) => event.alert === alert.id) ?? null,
  })),
  ...(run.change?.gained ?? []).map((alert) => ({ ...alert, verdict: "gained", at: Math.max(0, alert.detected_s), event: null })),
  ...(run.truth?.events ?? [])
    .filter((event) => event.verdict === "missed")
    .map((event) => ({ ...event, at: event.middle_s, subjects: [], event })),
].sort((a, b) => a.at - b.at);

/** The still that shows a happening best: its own, or else the first that is not earlier; null where it has none. */
export function pictureOf(happening) {
  if (happening.still !== undefined) return happening.still;
  const number = pictureAt(happening.at);
  const later = run.stills[number]?.at < happening.at - 1e-3 && number + 1 < run.stills.length;
  return later && run.stills[number + 1].at - happening.at < happening.at - run.stills[number].at ? number + 1 : number;
}


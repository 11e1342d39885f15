// The head of the wall: where we are, whether everything works, who is on duty, what time it is.
import { toggleBlind } from "./blind.js";
import { age, dayOf, serverNow, since, span, timeOfDay } from "./clock.js";
import { el, say, show } from "./element.js";
import { onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";
import { makeLeave, makeNavigation, makeTongue, makeWho } from "./who.js";

const BEHIND_MS = 1000; // slower from picture to track than this is worth a look
const UNSETTLED = 20; // more entries than a healthy second leaves

/** One figure with its state: good, look, bad, unknown. */
function figure(key, open) {
  const value = el("b");
  const root = el(open ? "button.figure.opens" : "span.figure", { type: open && "button", testid: `figure-${key}`, on: open ? { click: open } : {} }, el("i"), el("span", { text: `head.${key}` }), value);
  return {
    root,
    set: (text, kind) => {
      say(value, text);
      root.dataset.kind = kind;
    },
  };
}

/** Blind seconds of all cameras today, counted on for those that are blind now. */
export function blindToday() {
  const read = Object.values(state.blindToday).reduce((sum, seconds) => sum + seconds, 0);
  const watch = state.status?.watch;
  if (!watch) return read;
  const sinceRead = Math.max(0, (serverNow() - state.blindReadAt) / 1000);
  return read + sinceRead * Object.values(watch.cameras).filter((one) => one.blind_since).length;
}

/** The header. */
export function makeHeader() {
  const { site, user, cameras } = state.session;
  const name = el("h1");
  const figures = Object.fromEntries(["cameras", "blind", "detect", "delivery", "desk", "police"].map((key) => [key, figure(key, key === "blind" && toggleBlind)]));
  const clock = el("time.clock", { testid: "clock" });
  const day = el("span.day");

  function render() {
    say(name, t("head.title", { site: named(site) }));
    document.title = name.textContent;
    tick();
  }

  function tick() {
    const now = serverNow();
    say(clock, timeOfDay(now));
    say(day, dayOf(now));
    const lost = state.feed !== "live";
    const { watch = null, desk = null } = state.status ?? {};
    const live = watch ? cameras.filter((one) => watch.cameras[one.id]?.state === "live").length : null;
    const unknown = lost ? "unknown" : "bad";
    figures.cameras.set(live === null ? t("head.unknown") : `${live} / ${cameras.length}`, live === null ? unknown : live < cameras.length ? "look" : "good");
    const blind = blindToday();
    figures.blind.set(span(blind), blind >= 1 ? "look" : "good");
    if (watch) {
      figures.detect.set(
        t("head.rate", { fps: watch.analysed_fps.toFixed(0), s: (watch.latency_ms / 1000).toFixed(2) }),
        watch.analysed_fps <= 0 ? "bad" : watch.latency_ms > BEHIND_MS ? "look" : "good",
      );
      figures.delivery.set(t("head.unsettled", { n: watch.unsettled }), watch.unsettled > UNSETTLED ? "look" : "good");
    } else {
      figures.detect.set(t("head.unknown"), unknown);
      figures.delivery.set(t("head.unknown"), unknown);
    }
    const waits = state.unreceived;
    show(figures.police.root, waits.length > 0);
    if (waits.length) {
      figures.police.set(
        t("head.unreceived", { n: waits.length, age: age(since(waits[0].pushed)) }),
        waits.some((one) => one.dead) ? "bad" : "look",
      );
    }
    figures.desk.set(t(lost ? "head.unknown" : desk ? "head.well" : "head.silent"), lost ? "unknown" : desk ? "good" : "bad");
  }

  subscribe(render);
  onTick(tick);
  return el(
    "header.head",
    {},
    name,
    el("div.figures", { role: "status", label: "head.health" }, ...Object.values(figures).map((one) => one.root)),
    el("div.person", {}, makeNavigation(user, "wall"), makeWho(user, "wall"), makeTongue(), makeLeave()),
    el("div.now", {}, day, clock),
  );
}

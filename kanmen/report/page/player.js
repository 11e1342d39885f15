// The footage with what was seen in it: pictures, zones, lines, boxes and the way that each track came.
import { el, say, svg } from "./element.js";
import { clock, follow, happenings, pictureOf, placeName, run, showPicture, shownNow, VERDICTS } from "./run.js";
import { named, onLanguage, t } from "./text.js";

const TRAIL_S = 4; // so far back a track's way is drawn
const HUES = ["#7fd1ff", "#b9f27c", "#ffb86b", "#e59cff", "#6ff2d0", "#ffd84d", "#ff9db5", "#9fb4ff"];
const hue = (id) => HUES[id % HUES.length];
const [WIDE, HIGH] = run.aspect;

/** `points` for SVG, of fractions. */
const corners = (points) => points.map(([x, y]) => `${x * 1000},${y * 1000 * (HIGH / WIDE)}`).join(" ");

/** Zones and lines, with their names. */
export function places() {
  const drawn = run.camera.zones.map((zone) => {
    const [x, y] = zone.points.reduce((top, point) => (point[1] < top[1] ? point : top));
    return svg("g.zone", {}, svg("polygon", { points: corners(zone.points) }), title(x, y, zone));
  });
  return [
    ...drawn,
    ...run.camera.lines.map((line) => {
      const points = [line.start, line.end];
      const [x, y] = points.reduce((top, point) => (point[1] < top[1] ? point : top));
      return svg("g.line", {}, svg("polyline", { points: corners(points) }), title(x, y, line));
    }),
  ];
}

function title(x, y, place) {
  const [px, py] = [Math.min(940, Math.max(8, x * 1000 + 8)), Math.min(y * 1000, 985) * (HIGH / WIDE) + 24];
  return svg("text", { x: px, y: Math.min(py, 1000 * (HIGH / WIDE) - 8) }, named(place));
}

/** The boxes of tracks; `lit` are the ids of those that an alert is about. */
export function boxes(tracks, lit, { words = true } = {}) {
  return tracks.map(([id, key, score, x0, y0, x1, y1]) => {
    const [x, y, w, h] = [x0, y0 * (HIGH / WIDE), x1 - x0, (y1 - y0) * (HIGH / WIDE)];
    const colour = lit.has(id) ? undefined : hue(id);
    const said = `${run.labels[key] ? named({ name: run.labels[key] }) : key} ${id} · ${score}%`;
    return svg(
      lit.has(id) ? "g.box.lit" : "g.box",
      { stroke: colour, fill: colour },
      svg("rect", { x, y, width: w, height: h }),
      words && svg("text", { x: Math.min(x, 880), y: y > 22 ? y - 6 : y + h + 20 }, said),
    );
  });
}

/** The frame of a drawing that lies over a picture. */
export const sheet = (...children) =>
  svg("svg.drawn", { viewBox: `0 0 1000 ${1000 * (HIGH / WIDE)}`, "aria-hidden": "true" }, ...children);

/** The way that the feet of each track came. */
function trails(until, ids) {
  const ways = new Map();
  for (const [at, tracks] of run.samples) {
    if (at > until + 1e-6) break;
    if (at < until - TRAIL_S) continue;
    for (const [id, , , x0, , x1, y1] of tracks) {
      if (ids.has(id)) ways.set(id, [...(ways.get(id) ?? []), `${(x0 + x1) / 2},${y1 * (HIGH / WIDE)}`]);
    }
  }
  return [...ways].map(([id, way]) => svg("polyline.trail", { points: way.join(" "), stroke: hue(id) }));
}

/** Ids of the tracks that an alert which lasts then is about. */
function litAt(second) {
  const lasting = [...run.alerts, ...(run.change?.gained ?? [])].filter((a) => a.began_s <= second && (a.ended_s === null || second <= a.ended_s));
  return new Set(lasting.flatMap((alert) => alert.subjects));
}

export function makePlayer() {
  if (!run.stills.length) return el("section.panel.player", {}, el("p.none", { text: "player.none" }));
  const image = el("img", { alt: "" });
  const drawing = sheet();
  const at = el("span.at", { testid: "at" });
  const now = el("span.now");
  const slider = el("input", {
    type: "range",
    min: 0,
    max: run.stills.length - 1,
    value: 0,
    label: "player.where",
    testid: "where",
    on: { input: () => showPicture(Number(slider.value)) },
  });
  const screen = el("div.screen", {}, image, drawing);
  screen.style.maxWidth = `calc(72vh * ${WIDE / HIGH})`; // the picture and what is below it are seen at one look
  const play = el("button.quiet.play", { testid: "play", on: { click: () => (timer ? stop() : start()) } });
  const step = (by) => () => (stop(), showPicture(shownNow() + by));
  let timer = null;

  function stop() {
    clearTimeout(timer);
    timer = null;
    say(play, t("player.play"));
  }

  function start() {
    if (shownNow() >= run.stills.length - 1) showPicture(0);
    say(play, t("player.pause"));
    const onward = () => {
      const [here, next] = [run.stills[shownNow()], run.stills[shownNow() + 1]];
      if (!next) return stop();
      // Where pictures are far apart nobody wants to wait for them.
      timer = setTimeout(() => (showPicture(shownNow() + 1), onward()), Math.min(400, (next.at - here.at) * 1000));
    };
    onward();
  }

  function draw() {
    const still = run.stills[shownNow()];
    const lit = litAt(still.at);
    image.src = `data:image/jpeg;base64,${still.jpeg}`;
    drawing.replaceChildren(
      ...places(),
      ...trails(still.at, new Set(still.tracks.map(([id]) => id))),
      ...boxes(still.tracks, lit),
    );
    slider.value = shownNow();
    say(at, `${clock(still.at)} / ${clock(run.seconds)}`);
    const lasting = happenings.filter((h) => "id" in h && h.began_s <= still.at && still.at <= (h.ended_s ?? Infinity));
    say(now, lasting.map((h) => `${VERDICTS[h.verdict]} ${h.code} ${placeName(h.zone)}`).join("   "));
  }

  /** To the next alert or missed event, or the one before. */
  function leap(way) {
    const here = shownNow();
    const numbers = happenings.map(pictureOf).filter((number) => number !== null);
    const next = way > 0 ? numbers.find((n) => n > here) : numbers.findLast((n) => n < here);
    if (next !== undefined) step(next - here)();
  }

  const deeds = {
    " ": () => (timer ? stop() : start()),
    ArrowLeft: step(-1),
    ArrowRight: step(1),
    n: () => leap(1),
    p: () => leap(-1),
  };
  document.addEventListener("keydown", (event) => {
    // A button is pressed with the space bar, and the slider has all keys but letters.
    const own = event.target.matches("button") ? [" "] : event.target.matches("input") ? [" ", "ArrowLeft", "ArrowRight"] : [];
    if (event.ctrlKey || event.altKey || event.metaKey || own.includes(event.key) || !deeds[event.key]) return;
    event.preventDefault();
    deeds[event.key]();
  });
  follow(draw);
  onLanguage(() => (stop(), draw()));
  stop();
  draw();
  return el(
    "section.panel.player",
    { testid: "player" },
    screen,
    el(
      "div.controls",
      {},
      play,
      el("button.quiet", { label: "player.back", on: { click: step(-1) } }, "‹"),
      el("button.quiet", { label: "player.on", on: { click: step(1) } }, "›"),
      slider,
      at,
    ),
    el("div.controls.low", {}, now, el("span.keys", { text: "player.keys" })),
  );
}

export function open(happening) {
  const number = pictureOf(happening);
  if (number !== null) showPicture(number);
}

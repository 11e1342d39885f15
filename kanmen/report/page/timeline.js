// Truth against alerts along the footage: a lane for each kind of alert at each place.
import { el, svg } from "./element.js";
import { open } from "./player.js";
import { clock, codeName, follow, happenings, lasts, run, seek, several, shownNow, VERDICTS, verdictName, where } from "./run.js";
import { onLanguage, t } from "./text.js";

const [NAMES, RIGHT, HEAD, BAR] = [230, 30, 44, 15]; // pixels
const LANE = run.truth && run.change ? 66 : 46;
const STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]; // seconds between two marks

const laneOf = ({ camera, code, zone }) => [code, several && camera, zone ?? ""].join(" ");
const events = run.truth?.events ?? [];
const gained = run.change?.gained ?? [];
const lanes = [...new Set([...run.alerts, ...gained, ...events].map(laneOf))].sort();

export function makeTimeline() {
  const board = el("div.board", { testid: "timeline" });
  const hand = svg("line.hand");
  let [zoom, x] = [1, () => 0];

  function tell() {
    const wide = Math.max(320, (board.clientWidth || 1200) - NAMES - RIGHT) * zoom;
    const high = HEAD + Math.max(1, lanes.length) * LANE + 6;
    x = (second) => NAMES + (Math.min(lasts, Math.max(0, second)) / lasts) * wide;
    const drawing = svg(
      "svg",
      { width: NAMES + wide + RIGHT, height: high, role: "img", label: "timeline.title" },
      ...axis(x, wide, high),
      ...lanes.flatMap((lane, row) => drawLane(lane, HEAD + row * LANE, x)),
      hand,
    );
    for (const [key, value] of Object.entries({ y1: HEAD - 14, y2: high })) hand.setAttribute(key, value);
    drawing.addEventListener("click", (event) => {
      const at = event.clientX - drawing.getBoundingClientRect().left - NAMES;
      if (at >= 0) seek((at / wide) * lasts);
    });
    board.replaceChildren(drawing);
    move();
  }

  function move() {
    const at = x(run.stills[shownNow()]?.at ?? 0);
    hand.setAttribute("x1", at);
    hand.setAttribute("x2", at);
  }

  const by = (factor) => () => {
    zoom = Math.max(1, Math.min(64, zoom * factor));
    tell();
    board.scrollLeft = x(run.stills[shownNow()]?.at ?? 0) - board.clientWidth / 2;
  };
  follow(move);
  onLanguage(tell);
  new ResizeObserver(tell).observe(board);
  return el(
    "section.panel.timeline",
    {},
    el(
      "h2",
      {},
      el("span", { text: run.truth ? "timeline.scored" : "timeline.alerts" }),
      el(
        "span.hint",
        {},
        el("span", { text: run.truth ? "timeline.legend" : "timeline.legend_alerts" }),
        el("button.quiet", { label: "timeline.closer", on: { click: by(2) } }, "＋"),
        el("button.quiet", { label: "timeline.farther", on: { click: by(0.5) } }, "－"),
      ),
    ),
    board,
  );
}

/** Seconds along the top, and where each file begins. */
function axis(x, wide, high) {
  const apart = STEPS.find((step) => (step / lasts) * wide >= 70) ?? 28_800;
  const marks = Array.from({ length: Math.floor(lasts / apart) + 1 }, (_, n) => n * apart);
  const parts = marks.flatMap((second) => [
    svg("line.tick", { x1: x(second), x2: x(second), y1: HEAD - 8, y2: high }),
    svg("text.second", { x: x(second), y: HEAD - 13, "text-anchor": "middle" }, clock(second, apart < 1 ? 1 : 0)),
  ]);
  run.files.forEach((file, number) => {
    const [from, to] = [file.from_s ?? 0, run.files[number + 1]?.from_s ?? lasts];
    parts.push(svg("line.file", { x1: x(from), x2: x(from), y1: 2, y2: high }));
    const room = Math.floor((x(to) - x(from)) / 8);
    const name = file.name.length > room ? `${file.name.slice(0, Math.max(0, room - 1))}…` : file.name;
    if (room > 3) parts.push(svg("text.file", { x: x(from) + 5, y: 13 }, name, svg("title", {}, file.name)));
  });
  return parts;
}

function drawLane(lane, y, x) {
  const mine = run.alerts.filter((alert) => laneOf(alert) === lane);
  const meant = events.filter((event) => laneOf(event) === lane);
  const one = mine[0] ?? meant[0] ?? gained.find((alert) => laneOf(alert) === lane);
  const top = y + (run.truth || run.change ? 5 : 13);
  const below = run.truth ? top + BAR + 4 : top; // alerts, and below them those of other rules
  return [
    svg("line.ground", { x1: 0, x2: x(lasts), y1: y, y2: y }),
    svg("text.lane", { x: 12, y: y + 20 }, `${one.code} ${codeName(one.code)}`),
    svg("text.place", { x: 12, y: y + 37 }, where(one) || t(meant.length > 0 && !mine.length ? "timeline.anywhere" : "timeline.camera")),
    ...meant.map((event) => truthBar(event, top, x)),
    ...happenings
      .filter((h) => "id" in h && laneOf(h) === lane)
      .map((h) => alertBar(h, h.verdict === "gained" ? below + BAR + 4 : below, x)),
  ];
}

/** What really happened: from when until when an alert of it may begin, and the tolerance around that. */
function truthBar(event, y, x) {
  const happening = happenings.find((h) => h.event === event);
  const told = `${t("timeline.truth")} ${clock(event.from_s)} – ${clock(event.to_s)} · ${verdictName(event.verdict)}`;
  const [from, to] = [x(event.from_s - event.tolerance_s), x(event.to_s + event.tolerance_s)];
  const [begins, ends] = [x(event.from_s), x(event.to_s)];
  return svg(
    `g.bar.truth.${event.verdict}`,
    { on: { click: opening(happening) } },
    svg("title", {}, told),
    svg("rect.tolerance", { x: from, y: y + 5, width: Math.max(1, to - from), height: BAR - 10 }),
    svg("rect", { x: begins, y, width: Math.max(3, ends - begins), height: BAR, rx: 2 }),
    event.verdict === "missed" && svg("text", { x: begins + 4, y: y + 12 }, VERDICTS.missed),
  );
}

function alertBar(happening, y, x) {
  const { began_s: began, ended_s: ended, detected_s: detected, verdict, level, code, lost } = happening;
  const till = ended === null ? t("timeline.on") : clock(ended);
  const [begins, ends, met] = [x(began), x(ended ?? lasts), x(detected)];
  return svg(
    `g.bar.alert.${verdict}${lost ? ".gone" : ""}`,
    { "data-level": level, on: { click: opening(happening) } },
    svg("title", {}, `${code} ${clock(began)} – ${till} · ${verdictName(verdict)}`),
    svg("rect", { x: begins, y, width: Math.max(3, ends - begins), height: BAR, rx: 2 }),
    svg("line.met", { x1: met, x2: met, y1: y - 2, y2: y + BAR + 2 }),
    svg(ends - met < 16 ? "text.beside" : "text", { x: Math.max(met, ends - met < 16 ? ends : 0) + 4, y: y + 12 }, VERDICTS[verdict], lost && verdict !== "lost" && VERDICTS.lost),
  );
}

function opening(happening) {
  return (event) => {
    if (!happening) return;
    event.stopPropagation();
    open(happening);
  };
}

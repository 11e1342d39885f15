// How many people cross the counted lines: today, and window by window of the site's clock.
import { minuteOfDay, span } from "./clock.js";
import { el, say, show, svg } from "./element.js";
import { rereading } from "./rereading.js";
import { ask } from "./session.js";
import { camera, change, state, subscribe } from "./state.js";
import { named, onLanguage, t } from "./text.js";

const WINDOWS = [1, 15, 60]; // minutes; a click goes on to the next
const WIDE = 240;
const HIGH = 36; // in above the middle, out below
const LEAST = 4; // people at the full height, so that one passer-by is no tower

let wanted = 15;

/** Reads the flow again, in so many ms; calls before it begins become one. */
export const refreshFlow = rereading(async () => change({ flow: await ask(`flow?minutes=${wanted}`) })).soon;

function bars(windows) {
  const most = Math.max(LEAST, ...windows.flatMap((one) => [one.in, one.out]));
  const step = WIDE / windows.length;
  const half = HIGH / 2;
  return windows.map((one, i) => {
    const up = (one.in / most) * (half - 1);
    const down = (one.out / most) * (half - 1);
    const [x, width] = [i * step + step * 0.1, step * 0.8];
    const words = { at: minuteOfDay(one.began), in: one.in, out: one.out, blind: span(one.blind_s) };
    return svg(
      "g",
      {},
      svg("title", {}, t(one.blind_s >= 1 ? "flow.blind" : "flow.bar", words)),
      one.blind_s >= 1 ? svg("rect.blind", { x: i * step, y: 0, width: step, height: HIGH }) : null,
      svg("rect.in", { x, y: half - up, width, height: up }),
      svg("rect.out", { x, y: half, width, height: down }),
    );
  });
}

/** One counted line. */
class Row {
  constructor() {
    this.name = el("b");
    this.into = el("span.into");
    this.out = el("span.out");
    this.chart = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" });
    this.root = el("li", {}, this.name, this.into, this.out, this.chart);
  }

  render(flow, minutes) {
    const at = camera(flow.camera);
    const place = at?.lines.find((line) => line.id === flow.line);
    const name = [named(at) || flow.camera, named(place) || flow.line].join(" · ");
    this.root.dataset.testid = `flow-${flow.camera}-${flow.line}`;
    say(this.name, name);
    say(this.into, t("flow.in", { n: flow.today.in }));
    say(this.out, t("flow.out", { n: flow.today.out }));
    this.chart.setAttribute("aria-label", t("flow.chart", { place: name, n: minutes }));
    this.chart.replaceChildren(svg("line", { x1: 0, x2: WIDE, y1: HIGH / 2, y2: HIGH / 2 }), ...bars(flow.windows));
  }
}

/** The list; not there where nothing is counted. */
export function makeFlow() {
  const window = el("button.quiet", { type: "button", label: "flow.switch", testid: "flow-window" });
  const list = el("ul.lines");
  const rows = [];
  const root = el("div.flow", { testid: "flow" }, el("h2", {}, el("span", { text: "flow.title" }), window), list);
  let told = null;

  window.addEventListener("click", () => {
    wanted = WINDOWS[(WINDOWS.indexOf(wanted) + 1) % WINDOWS.length];
    refreshFlow();
  });

  function render() {
    if (told === state.flow) return;
    told = state.flow;
    const { minutes, lines } = state.flow;
    show(root, lines.length > 0);
    say(window, t("flow.window", { n: minutes }));
    while (rows.length < lines.length) rows.push(new Row());
    lines.forEach((line, i) => rows[i].render(line, minutes));
    list.replaceChildren(...rows.slice(0, lines.length).map((row) => row.root));
  }

  onLanguage(() => {
    told = null;
  });
  subscribe(render);
  return root;
}

// The entrances as they lie: where the cameras are, which of them speak, which cannot.
import { openAt } from "./alerts.js";
import { el, svg } from "./element.js";
import { shape } from "./level.js";
import { selectCamera } from "./selection.js";
import { health, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const WIDE = 360;
const HIGH = 228;
const EDGE = 30; // room around the outermost cameras

const at = ([x, y]) => [EDGE + x * (WIDE - 2 * EDGE), EDGE + y * (HIGH - 2 * EDGE)];

/** The outline around all points, with some room: the village as far as the cameras tell. */
function outline(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list) => {
    const hull = [];
    for (const p of list) {
      while (hull.length > 1 && cross(hull.at(-2), hull.at(-1), p) <= 0) hull.pop();
      hull.push(p);
    }
    return hull.slice(0, -1);
  };
  const hull = [...half(sorted), ...half([...sorted].reverse())];
  const middle = [WIDE / 2, HIGH / 2];
  return hull.map((p) => {
    const [dx, dy] = [p[0] - middle[0], p[1] - middle[1]];
    const far = Math.hypot(dx, dy) || 1;
    return `${(p[0] + (dx / far) * 20).toFixed(1)},${(p[1] + (dy / far) * 20).toFixed(1)}`;
  });
}

const cross = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

/** A label for each grid, near the middle of its cameras, clear of the dots and of each other. */
function gridLabels(cameras, dots) {
  const taken = dots.map(([x, y]) => [x, y, 15, 15]);
  return [...new Set(cameras.map((camera) => camera.grid))].map((code) => {
    const own = dots.filter((_, i) => cameras[i].grid === code);
    const middle = own.reduce(([x, y], p) => [x + p[0] / own.length, y + p[1] / own.length], [0, 0]);
    const [x, y] = around(middle).find((p) => isClear(p, taken)) ?? middle;
    taken.push([x, y, LABEL[0], LABEL[1]]);
    return { code, name: svg("text.grid", { x, y: y + 5, "text-anchor": "middle" }) };
  });
}

const LABEL = [46, 10]; // half the width and height of a label

/** Places around a point, nearest first. */
function around([x, y]) {
  const places = [];
  for (let dx = -150; dx <= 150; dx += 10) for (let dy = -110; dy <= 110; dy += 10) places.push([x + dx, y + dy]);
  const far = (p) => Math.hypot(p[0] - x, (p[1] - y) * 1.3);
  return places.sort((a, b) => far(a) - far(b));
}

const isClear = ([x, y], taken) =>
  x > LABEL[0] && x < WIDE - LABEL[0] && y > LABEL[1] && y < HIGH - LABEL[1] &&
  taken.every(([ox, oy, w, h]) => Math.abs(ox - x) > LABEL[0] + w || Math.abs(oy - y) > LABEL[1] + h);

/** The map's panel. */
export function makeMap() {
  const { cameras, grids } = state.session;
  const dots = cameras.map((camera) => at(camera.position));
  const labels = gridLabels(cameras, dots);
  const marks = cameras.map((camera, i) => {
    const [x, y] = dots[i];
    const mark = svg("path", { d: shape(3), transform: "translate(-16 -16)" });
    const root = svg(
      "g.camera",
      { transform: `translate(${x} ${y})`, tabindex: "0", role: "button", "data-testid": `map-${camera.id}` },
      svg("circle.halo", { r: 19 }),
      svg("g.mark", { transform: "scale(0.8)" }, mark),
      svg("text", { y: 5, "text-anchor": "middle" }, String(i + 1)),
    );
    root.addEventListener("click", () => selectCamera(camera.id));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Enter") selectCamera(camera.id);
    });
    return { camera, mark, root };
  });
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "group" },
    dots.length > 2 ? svg("polygon.village", { points: outline(dots).join(" ") }) : null,
    ...labels.map((label) => label.name),
    ...marks.map((one) => one.root),
  );

  subscribe(() => {
    for (const { code, name } of labels) {
      const free = state.duty.people.filter((person) => person.on_duty && person.grids.includes(code)).length;
      const told = [named(grids.find((grid) => grid.code === code)) || code, String(free), state.duty.total].join("|");
      if (name.dataset.told === told) continue;
      name.dataset.told = told;
      const people = svg("tspan", { class: free ? "free" : "none" }, ` ▲ ${free}`);
      name.replaceChildren(named(grids.find((grid) => grid.code === code)) || code, ...(state.duty.total ? [people] : []));
    }
    for (const { camera, mark, root } of marks) {
      const open = openAt(camera.id);
      const known = health(camera.id);
      const level = open ? open.level : 3;
      mark.setAttribute("d", shape(level));
      root.dataset.level = open ? open.level : "";
      root.dataset.state = known ? (known.state === "live" ? "live" : "off") : "unknown";
      root.classList.toggle("unacked", open?.state === "RAISED");
      root.classList.toggle("chosen", state.selection?.kind === "camera" && state.selection.id === camera.id);
      const told = open ? named(state.session.codes[open.code]) : t(known?.state === "live" ? "map.live" : "map.off");
      root.setAttribute("aria-label", `${named(camera)}: ${told}`);
    }
  });
  return el("div.map", { testid: "map" }, el("h2", {}, el("span", { text: "map.title" }), el("span.hint", { text: "map.hint" })), drawing);
}

// Zones, lines and boxes drawn over a picture, at the instant that the picture shows.
import { openAt } from "./alerts.js";
import { serverNow } from "./clock.js";
import { t } from "./text.js";

const HELD_US = 700_000; // boxes older than this against the picture are not drawn
const COLOURS = getComputedStyle(document.documentElement);
const colour = (name) => COLOURS.getPropertyValue(`--${name}`).trim();
let palette = null;

/** Where a picture of that size lies in a canvas that shows it whole: [x, y, width, height]. */
export function fitted([width, height], canvas) {
  if (!width || !height) return [0, 0, canvas.width, canvas.height];
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  return [(canvas.width - w) / 2, (canvas.height - h) / 2, w, h];
}

/** Makes the canvas as fine as the display. */
export function fit(canvas) {
  const [w, h] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}

/**
 * Draws a camera's zones, lines and boxes.
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} area [x, y, width, height] of the picture on the canvas
 * @param {object} screen whose `taken` and `boxes` are used
 */
export function draw(pen, area, screen) {
  palette ??= { 1: colour("l1"), 2: colour("l2"), 3: colour("l3"), 4: colour("l4"), calm: "#dbe6f2" };
  const [x, y, w, h] = area;
  const unit = Math.max(1, w / 360);
  const open = openAt(screen.camera.id);
  pen.save();
  pen.translate(x, y);
  pen.lineJoin = "round";
  for (const corners of screen.camera.masks) drawMask(pen, corners, w, h, unit);
  for (const zone of screen.camera.zones) drawZone(pen, zone, w, h, unit, open?.place === zone.id && palette[open.level]);
  for (const line of screen.camera.lines) drawLine(pen, line, w, h, unit, open?.place === line.id && palette[open.level]);
  for (const track of tracksAt(screen.boxes, screen.taken)) {
    const [x0, y0, x1, y1] = track.box;
    pen.strokeStyle = track.alert ? palette[open?.level ?? 3] : palette.calm;
    pen.globalAlpha = track.alert ? 1 : 0.75;
    pen.lineWidth = unit * (track.alert ? 2 : 1.1);
    pen.strokeRect(x0 * w, y0 * h, (x1 - x0) * w, (y1 - y0) * h);
  }
  pen.restore();
}

/** A quiet hatch over what nobody may see, and its name where there is room for it. */
function drawMask(pen, corners, w, h, unit) {
  const xs = corners.map(([px]) => px * w);
  const ys = corners.map(([, py]) => py * h);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  pen.save();
  pen.beginPath();
  corners.forEach((_, i) => (i ? pen.lineTo(xs[i], ys[i]) : pen.moveTo(xs[i], ys[i])));
  pen.closePath();
  pen.strokeStyle = palette.calm;
  pen.lineWidth = unit;
  pen.globalAlpha = 0.3;
  pen.stroke();
  pen.clip();
  pen.beginPath();
  const depth = bottom - top;
  for (let x = left - depth; x < right; x += unit * 9) {
    pen.moveTo(x, bottom);
    pen.lineTo(x + depth, top);
  }
  pen.globalAlpha = 0.16;
  pen.stroke();
  const label = t("mask.label");
  pen.font = `${Math.round(unit * 11)}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = palette.calm;
  pen.globalAlpha = 0.8;
  if (pen.measureText(label).width + unit * 8 < right - left && unit * 16 < depth) {
    pen.fillText(label, (left + right) / 2, (top + bottom) / 2);
  }
  pen.restore();
}

function drawZone(pen, { points }, w, h, unit, lit) {
  pen.beginPath();
  points.forEach(([px, py], i) => (i ? pen.lineTo(px * w, py * h) : pen.moveTo(px * w, py * h)));
  pen.closePath();
  pen.globalAlpha = lit ? 0.14 : 0.05;
  pen.fillStyle = lit || palette.calm;
  pen.fill();
  stroke(pen, unit, lit);
}

function drawLine(pen, { start, end, direction }, w, h, unit, lit) {
  const [ax, ay, bx, by] = [start[0] * w, start[1] * h, end[0] * w, end[1] * h];
  pen.beginPath();
  pen.moveTo(ax, ay);
  pen.lineTo(bx, by);
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [-dy / length, dx / length]; // to the right of start → end: `in`
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  for (const side of direction === "both" ? [1, -1] : [direction === "in" ? 1 : -1]) {
    const [tx, ty] = [mx + nx * side * unit * 14, my + ny * side * unit * 14];
    pen.moveTo(mx, my);
    pen.lineTo(tx, ty);
    for (const turn of [0.5, -0.5]) {
      const [c, s] = [Math.cos(turn), Math.sin(turn)];
      const [ex, ey] = [-nx * side * c + ny * side * s, -nx * side * s - ny * side * c];
      pen.moveTo(tx, ty);
      pen.lineTo(tx + ex * unit * 6, ty + ey * unit * 6);
    }
  }
  stroke(pen, unit, lit);
}

function stroke(pen, unit, lit) {
  pen.globalAlpha = lit ? 1 : 0.5;
  pen.strokeStyle = lit || palette.calm;
  pen.lineWidth = unit * (lit ? 1.8 : 1);
  if (!lit) pen.setLineDash([unit * 4, unit * 3]);
  pen.stroke();
  pen.setLineDash([]);
}

/** The tracks as they stood when the picture was taken: between two analysed frames they move evenly. */
export function tracksAt(boxes, taken) {
  if (!boxes.length) return [];
  const at = taken ?? serverNow() * 1000;
  let i = boxes.length - 1;
  while (i >= 0 && boxes[i].taken > at) i -= 1;
  const earlier = boxes[i];
  const later = boxes[i + 1];
  if (!earlier) return later.taken - at < HELD_US ? later.tracks : [];
  if (!later) return at - earlier.taken < HELD_US ? earlier.tracks : [];
  if (later.taken - earlier.taken > HELD_US) return at - earlier.taken < HELD_US ? earlier.tracks : [];
  const part = (at - earlier.taken) / (later.taken - earlier.taken);
  const next = new Map(later.tracks.map((track) => [track.id, track]));
  return earlier.tracks.map((track) => {
    const to = next.get(track.id);
    return to ? { ...track, box: track.box.map((v, k) => v + (to.box[k] - v) * part) } : track;
  });
}

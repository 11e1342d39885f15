// The large picture of the stage: the frame that fired with what was seen in it, the clip around it, or a camera live.
import { placeOf, selected } from "./alerts.js";
import { clipOf, makeClip } from "./clip.js";
import { serverNow, timeOfDay } from "./clock.js";
import { el, say, show, svg } from "./element.js";
import { enlarge, largest } from "./main_screen.js";
import { draw, fit, fitted } from "./overlay.js";
import { makeReasons, mayLook } from "./reasons.js";
import { makeShare, mayShare, shareButton } from "./share.js";
import { camera, change, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const points = (list) => list.map(([x, y]) => `${x * 100},${y * 100}`).join(" ");

/** Zone or line and boxes of an alert, in hundredths of the picture. */
function marks(alert) {
  const place = placeOf(alert);
  const nodes = (camera(alert.camera)?.masks ?? []).map((corners) => svg("polygon.mask", { points: points(corners) }));
  if (place?.points) nodes.push(svg("polygon.zone", { points: points(place.points) }));
  if (place?.start) nodes.push(svg("polyline.line", { points: points([place.start, place.end]) }));
  for (const { box } of alert.subjects) {
    const [x0, y0, x1, y1] = box.map((v) => v * 100);
    nodes.push(svg("rect.box", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, "data-testid": "snapshot-box" }));
  }
  return nodes;
}

/** Whether the stage shows the clip of the selected alert. */
const showsClip = () => state.picture === "clip" && clipOf(selected()) !== null;

/** Where the best picture of an alert lies: the camera's full resolution once it is there. */
const photoOf = (alert) => alert.evidence?.snapshot?.url ?? alert.snapshot;

/** The camera whose live picture the stage shows, or null while it shows a snapshot or a clip, or where there is none. */
export function liveCamera() {
  if (state.selection?.kind === "camera") return camera(state.selection.id);
  const alert = selected();
  if (!alert) return state.session.cameras[0];
  if (showsClip()) return null;
  return state.picture === "live" || !alert.snapshot ? camera(alert.camera) ?? null : null;
}

function chooser(which) {
  return el("button", { type: "button", testid: `show-${which}`, text: `picture.${which}`, on: { click: () => change({ picture: which }) } });
}

/** The picture. */
export function makePicture() {
  const photo = el("img.photo", { testid: "snapshot", alt: "" });
  const drawn = svg("svg.marks", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const sheet = el("div.sheet", {}, photo, drawn);
  const canvas = el("canvas", { testid: "stage-live" });
  const caption = el("span.caption");
  const missing = el("p.missing");
  const choosers = { snapshot: chooser("snapshot"), clip: chooser("clip"), live: chooser("live") };
  const tabs = el("span.tabs", { role: "group", label: "picture.label" }, ...Object.values(choosers));
  const shared = shareButton();
  const root = el("div.picture", {}, sheet, canvas, makeClip(), missing, caption, makeReasons(() => !liveCamera()), el("div.corner", {}, shared, tabs), makeShare());
  const shape = () => {
    if (!photo.naturalWidth) return;
    sheet.style.aspectRatio = `${photo.naturalWidth} / ${photo.naturalHeight}`;
    const wide = photo.naturalWidth / photo.naturalHeight > root.clientWidth / root.clientHeight;
    sheet.classList.toggle("wide", wide);
  };
  photo.addEventListener("load", () => {
    shape();
    sheet.classList.remove("failed");
  });
  photo.addEventListener("error", () => sheet.classList.add("failed"));
  new ResizeObserver(shape).observe(root);

  function render() {
    const alert = selected();
    const live = liveCamera();
    const shown = live ? "live" : showsClip() ? "clip" : "snapshot";
    const photographed = shown === "snapshot" && Boolean(photoOf(alert)) && mayLook(alert);
    const main = enlarge(live);
    if (main && main.video.parentNode !== root) canvas.before(main.video);
    show(sheet, photographed);
    show(canvas, shown === "live");
    show(caption, shown !== "clip");
    show(tabs, Boolean(alert?.snapshot || clipOf(alert)));
    show(shared, Boolean(alert?.evidence && Object.keys(alert.evidence).length) && mayLook(alert) && mayShare());
    show(choosers.snapshot, Boolean(alert?.snapshot));
    show(choosers.clip, clipOf(alert) !== null);
    show(choosers.live, Boolean(alert && camera(alert.camera)));
    for (const [name, button] of Object.entries(choosers)) button.setAttribute("aria-pressed", String(name === shown));
    root.dataset.level = alert?.level ?? "";
    if (photographed && photo.getAttribute("src") !== photoOf(alert)) photo.src = photoOf(alert);
    photo.alt = alert ? t("picture.alt", { camera: named(camera(alert.camera)), at: timeOfDay(alert.detected) }) : "";
    const key = alert ? `${alert.id}|${alert.revision}` : "";
    if (drawn.dataset.of !== key) {
      drawn.dataset.of = key;
      drawn.replaceChildren(...(alert ? marks(alert) : []));
    }
    tick();
  }

  function tick() {
    const live = liveCamera();
    const alert = selected();
    if (!live) {
      const full = alert?.evidence?.snapshot?.url;
      const pictured = Boolean(alert && photoOf(alert)) && mayLook(alert);
      say(caption, pictured ? t(full ? "picture.full" : "picture.taken", { at: timeOfDay(alert.detected) }) : "");
      show(missing, Boolean(alert) && mayLook(alert) && !pictured && !showsClip());
      say(missing, t("picture.none"));
      return;
    }
    const screen = largest(live.id);
    const taken = screen?.taken ?? null;
    const seconds = taken === null ? null : Math.max(0, (serverNow() - taken / 1000) / 1000);
    show(missing, taken === null);
    say(missing, t("tile.waiting"));
    say(caption, seconds === null ? named(live) : t(screen.main ? "picture.main" : "picture.now", { name: named(live), age: seconds.toFixed(1) }));
    caption.classList.toggle("old", seconds !== null && seconds > 2);
  }

  let painted = "";
  function frame() {
    const live = liveCamera();
    const screen = live && largest(live.id);
    const full = Boolean(screen?.main);
    const key = screen && [live.id, full, screen.taken, canvas.clientWidth].join();
    if (screen && !canvas.hidden && key !== painted) {
      fit(canvas);
      painted = key;
      const pen = canvas.getContext("2d");
      const area = fitted(screen.size, canvas);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      root.dataset.stream = full ? "main" : "sub";
      if (screen.taken !== null) {
        if (!full) pen.drawImage(screen.element, ...area); // the main stream's video lies below and shows itself
        draw(pen, area, screen);
      }
    }
    requestAnimationFrame(frame);
  }

  subscribe(render);
  onTick(tick);
  requestAnimationFrame(frame);
  return root;
}

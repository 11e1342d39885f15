// The clip of an alert: what came before and after it, as far as it is recorded, with a plain word on what is missing.
import { selected } from "./alerts.js";
import { serverNow } from "./clock.js";
import { el, say, show } from "./element.js";
import { onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const AGAIN_MS = 1500; // a clip that has only just begun may have nothing to show yet

/** The clip that belongs to an alert, or null where none was asked for. */
export const clipOf = (alert) => alert?.evidence?.clip ?? null;

/** What is to be said of a clip beside its picture; empty where it is whole. */
function standing(clip) {
  if (clip.state === "pending") {
    const left = Math.max(0, (Date.parse(clip.ended) - serverNow()) / 1000);
    return left > 0 ? t("clip.pending", { s: Math.ceil(left) }) : t("clip.finishing");
  }
  const why = named(state.session.evidence_reasons[clip.reason]) || clip.reason;
  if (clip.state === "ready") return "";
  return t(`clip.${clip.state}`, { why });
}

/** Seconds from the alert to the picture that is shown; before it they are negative. */
function fromAlert(alert, clip, shown) {
  return (Date.parse(clip.began) - Date.parse(alert.detected)) / 1000 + shown;
}

/** The player; hidden unless the stage shows the clip. */
export function makeClip() {
  const video = el("video", { testid: "clip", controls: true, playsinline: true, preload: "auto" });
  const told = el("p.standing", { testid: "clip-state", role: "status" });
  const place = el("span.caption", { testid: "clip-place" });
  const root = el("div.clip", {}, video, told, place);
  video.muted = true; // cameras are read without their sound, and a silent video may begin by itself
  let source = "";

  /** Plays `address` from where we are; `whole` clips can be searched, growing ones only watched. */
  function load(address, whole) {
    const at = source.split("?")[0] === address.split("?")[0] ? video.currentTime : 0;
    source = address;
    video.src = address;
    if (whole && at > 0) video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
    video.play()?.catch(() => {}); // it shows its first picture, and its controls play it
  }

  function stop() {
    if (!source) return;
    source = "";
    video.pause();
    video.removeAttribute("src");
    video.load();
  }

  video.addEventListener("error", () => {
    const failed = source;
    setTimeout(() => {
      if (failed && failed === source && clipOf(selected())?.state === "pending") load(failed, false);
    }, AGAIN_MS);
  });

  subscribe(() => {
    const clip = state.picture === "clip" ? clipOf(selected()) : null;
    show(root, Boolean(clip));
    if (!clip?.url) stop();
    else {
      const address = `${clip.url}?v=${clip.sha256?.slice(0, 8) ?? "growing"}`;
      if (address !== source) load(address, clip.sha256 !== null);
    }
    show(video, Boolean(clip?.url));
    root.dataset.state = clip?.state ?? "";
    tick();
  });

  function tick() {
    const alert = selected();
    const clip = clipOf(alert);
    if (root.hidden || !clip) return;
    say(told, standing(clip));
    show(told, Boolean(told.textContent));
    const seconds = clip.began && clip.url ? fromAlert(alert, clip, video.currentTime) : null;
    show(place, seconds !== null);
    if (seconds !== null) say(place, t(seconds < 0 ? "clip.before" : "clip.after", { s: Math.abs(seconds).toFixed(0) }));
  }

  video.addEventListener("timeupdate", tick);
  onTick(tick);
  return root;
}

// The clip of an alert: what came before and after it, as far as it is recorded, with a plain word on what is missing.
import { selected } from "./alerts.js";
import { serverNow } from "./clock.js";
import { el, say, show } from "./element.js";
import { mayLook } from "./reasons.js";
import { onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const AGAIN_MS = 1500; // a clip that has only just begun may have nothing to show yet

/** The clip that belongs to an alert, or null where none was asked for. */
export const clipOf = (alert) => alert?.evidence?.clip ?? null;

/** What is to be said of a clip beside its picture; empty where it is whole. */
function standing(clip, failure) {
  if (clip.state === "pending") {
    const left = Math.max(0, (Date.parse(clip.ended) - serverNow()) / 1000);
    return left > 0 ? t("clip.pending", { s: Math.ceil(left) }) : t("clip.finishing");
  }
  const why = named(state.session.evidence_reasons[clip.reason]) || clip.reason;
  const whole = clip.state === "ready" ? "" : t(`clip.${clip.state}`, { why });
  return [failure && t(failure), whole].filter(Boolean).join(t("list.semicolon"));
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
  const file = el("a.file", { testid: "clip-file", download: "", text: "clip.file" });
  const root = el("div.clip", {}, video, told, place, file);
  video.muted = true; // cameras are read without their sound, and a silent video may begin by itself
  let source = "";
  let failure = ""; // the string that says why a whole clip does not play here

  /** Plays `address` from where we are; `whole` clips can be searched, growing ones only watched. */
  function load(address, whole) {
    const at = source.split("?")[0] === address.split("?")[0] ? video.currentTime : 0;
    source = address;
    failure = "";
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

  /** A browser says of a file that is not there what it says of a coding that it does not know. */
  async function explain(failed) {
    const answer = await fetch(failed, { headers: { Range: "bytes=0-0" } }).catch(() => null);
    if (failed !== source) return;
    failure = answer?.ok ? "clip.unplayable" : "clip.gone";
    tick();
  }

  video.addEventListener("error", () => {
    const failed = source;
    if (failed && clipOf(selected())?.state !== "pending") explain(failed);
    else {
      setTimeout(() => {
        if (failed && failed === source) load(failed, false);
      }, AGAIN_MS);
    }
  });

  subscribe(() => {
    const clip = state.picture === "clip" && selected() && mayLook(selected()) ? clipOf(selected()) : null;
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
    say(told, standing(clip, failure));
    root.dataset.failed = failure;
    show(file, failure === "clip.unplayable");
    if (clip.url) file.href = clip.url;
    show(told, Boolean(told.textContent));
    const seconds = clip.began && clip.url && !failure ? fromAlert(alert, clip, video.currentTime) : null;
    show(place, seconds !== null);
    if (seconds !== null) say(place, t(seconds < 0 ? "clip.before" : "clip.after", { s: Math.abs(seconds).toFixed(0) }));
  }

  video.addEventListener("timeupdate", tick);
  onTick(tick);
  return root;
}

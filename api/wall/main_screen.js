// The main stream of the one camera that the stage shows live: in full size where it comes, else the stage has the sub.
import { el } from "./element.js";
import { watchMain } from "./live.js";
import { Player } from "./player.js";
import { screenOf } from "./screen.js";

const BEHIND_US = 1_500_000; // so far behind the sub-stream it is away, or this browser is too slow for it

let shown = null;

/** A camera's main stream, with the boxes of its sub-stream: they are fractions of the same picture. */
class MainScreen {
  constructor(camera) {
    this.camera = camera;
    this.main = true;
    this.video = el("video.main", { testid: "stage-main", muted: true, playsinline: true, autoplay: true, tabindex: "-1", "aria-hidden": "true" });
    this.video.muted = true;
    this.video.disablePictureInPicture = true;
    this.player = new Player(this.video, () => watchMain(null)); // this browser cannot play it
  }

  get boxes() {
    return screenOf(this.camera.id).boxes;
  }

  get taken() {
    return this.player.taken;
  }

  get size() {
    return [this.video.videoWidth, this.video.videoHeight];
  }

  /** Whether it is as new as the sub-stream. */
  get comes() {
    const { taken } = this;
    return taken !== null && (screenOf(this.camera.id).taken ?? taken) - taken < BEHIND_US;
  }
}

/** Takes a fragment of a main stream. */
export function takeMain(fragment) {
  if (fragment.camera === shown?.camera.id) shown.player.take(fragment);
}

/** Wants the main stream of this camera, where it has one and may show it; returns its screen, or null. */
export function enlarge(camera) {
  const wanted = camera?.main && window.MediaSource ? camera : null;
  if (wanted?.id !== shown?.camera.id) {
    shown?.player.close();
    shown?.video.remove();
    shown = wanted && new MainScreen(wanted);
    watchMain(wanted?.id ?? null);
  }
  return shown;
}

/** What the stage shows of a camera: its main stream while that comes, else its sub-stream. */
export const largest = (id) => (shown?.camera.id === id && shown.comes ? shown : screenOf(id));

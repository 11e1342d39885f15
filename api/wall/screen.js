// The moving picture of one camera, in the form that this browser can show, with the boxes that belong to it.
import { el, show } from "./element.js";
import { JpegPlayer } from "./jpeg.js";
import { watch } from "./live.js";
import { Player } from "./player.js";
import { health } from "./state.js";
import { t } from "./text.js";

const BOXES_KEPT = 24; // about five seconds at five frames a second

const screens = new Map();

/** The screen of a camera, or undefined. */
export const screenOf = (camera) => screens.get(camera);

/** All screens. */
export const allScreens = () => screens.values();

/** One camera's picture: a video, or an img where the video cannot be had. */
export class Screen {
  constructor(camera) {
    this.camera = camera;
    this.video = el("video", { muted: true, playsinline: true, autoplay: true, tabindex: "-1", "aria-hidden": "true" });
    this.video.muted = true;
    this.video.disablePictureInPicture = true;
    this.image = el("img", { alt: "" });
    this.boxes = []; // Boxes messages, oldest first
    this.why = null; // the picture comes as JPEG because it is `masked`, or of the `codec` or the `browser`
    this.choose(...this.best());
    screens.set(camera.id, this);
  }

  /** The form to begin with, and why it is no video. */
  best() {
    if (this.camera.masks.length) return ["jpeg", "masked"];
    return window.MediaSource ? ["mp4", null] : ["jpeg", "browser"];
  }

  choose(form, why) {
    this.why = why;
    if (this.form === form) return;
    this.form = form;
    this.player?.close();
    this.player =
      form === "mp4" ? new Player(this.video, () => this.choose("jpeg", "browser")) : new JpegPlayer(this.image);
    show(this.video, form === "mp4");
    show(this.image, form === "jpeg");
    watch(this.camera.id, form);
  }

  /** Takes a fragment of this camera. */
  take(fragment) {
    if ((fragment.kind === "jpeg") === (this.form === "jpeg")) this.player.take(fragment);
  }

  /** Takes the boxes of an analysed frame. */
  takeBoxes(boxes) {
    this.boxes.push(boxes);
    if (this.boxes.length > BOXES_KEPT) this.boxes.shift();
  }

  /** Leaves mp4 where the camera is masked by now or its stream is no H.264, and comes back where that is over. */
  check() {
    const masked = this.camera.masks.length > 0;
    if (masked !== (this.why === "masked")) this.choose(...this.best());
    if (masked) return;
    const codec = health(this.camera.id)?.codec;
    if (codec && codec !== "h264" && this.form === "mp4") this.choose("jpeg", "codec");
    else if (codec === "h264" && this.why === "codec") this.choose("mp4", null);
  }

  /** Why the picture comes as JPEG, for people; empty where it comes as video. */
  get reason() {
    const codec = (health(this.camera.id)?.codec ?? "").toUpperCase();
    return this.why ? t(`form.${this.why}`, { codec }) : "";
  }

  /** The element that shows the picture. */
  get element() {
    return this.form === "mp4" ? this.video : this.image;
  }

  /** When the shown picture was taken, µs since 1970; null before the first. */
  get taken() {
    return this.player.taken;
  }

  /** [width, height] of the picture in pixels; [0, 0] before the first. */
  get size() {
    return this.form === "mp4"
      ? [this.video.videoWidth, this.video.videoHeight]
      : [this.image.naturalWidth, this.image.naturalHeight];
  }
}

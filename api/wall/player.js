// Plays the fMP4 fragments of one camera through Media Source Extensions, close behind the live edge.
import { initOf } from "./fragment.js";

const EDGE_S = 0.35; // how far behind the newest picture we play: two pictures at 5 fps and some jitter
const HURRY_S = 0.9; // further behind: play a little faster
const JUMP_S = 1.4; // further behind: jump
const KEPT_S = 30; // played pictures that stay in the buffer, longer than any group of pictures
const QUEUED = 250; // fragments that may wait for the buffer; more: skip to the next key
const TIMES = 400; // pictures whose `taken` is remembered

/** Whether this browser can play a codec string at all. */
export const playable = (codec) => Boolean(window.MediaSource?.isTypeSupported(typeOf(codec)));

const typeOf = (codec) => `video/mp4; codecs="${codec}"`;

/** One video element and its buffer. */
export class Player {
  /**
   * @param {HTMLVideoElement} video muted
   * @param {function(string)} giveUp called with a reason when MSE cannot play this stream
   */
  constructor(video, giveUp) {
    this.video = video;
    this.giveUp = giveUp;
    this.failures = 0;
    this.init = null; // {epoch, payload}
    this.reset();
    const presented = (_, { mediaTime }) => {
      this.shown = mediaTime;
      video.requestVideoFrameCallback(presented);
    };
    video.requestVideoFrameCallback?.(presented);
    video.addEventListener("error", () => this.recover("video"));
  }

  reset() {
    this.media = null;
    this.buffer = null;
    this.queue = [];
    this.number = null; // of the last fragment that was taken; null: wait for a key
    this.times = []; // [media µs, taken µs]
    this.shown = null; // media time in s of the picture that is on the screen, where the browser tells
  }

  /** Takes the next fragment of the stream. */
  take(fragment) {
    if (fragment.kind === "init") this.begin(fragment);
    else if (this.init?.epoch === fragment.epoch && this.media) this.append(fragment);
  }

  begin({ epoch, number, payload }) {
    if (this.number !== null && number === this.number + 1) this.number = number;
    if (this.init && this.init.epoch === epoch && same(this.init.payload, payload)) return;
    this.init = { epoch, payload };
    this.failures = 0;
    this.build();
  }

  build() {
    const { codec, bytes } = initOf(this.init.payload);
    if (!playable(codec)) {
      this.giveUp(codec);
      return;
    }
    this.reset();
    const media = new MediaSource();
    this.media = media;
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = URL.createObjectURL(media);
    media.addEventListener("sourceopen", () => {
      if (this.media !== media || this.buffer) return;
      try {
        this.buffer = media.addSourceBuffer(typeOf(codec));
      } catch {
        this.recover("codec");
        return;
      }
      this.buffer.addEventListener("updateend", () => this.media === media && this.settle());
      this.buffer.addEventListener("error", () => this.media === media && this.recover("buffer"));
      this.queue.unshift(bytes);
      this.pump();
    });
    this.video.src = this.url;
    this.play();
  }

  append({ kind, number, taken, media, payload }) {
    const follows = this.number !== null && number === (this.number + 1) % 2 ** 32;
    if (kind !== "key" && !follows) {
      this.number = null; // a hole: what comes cannot be shown before the next key
      return;
    }
    if (this.queue.length > QUEUED) {
      this.queue = [];
      this.number = null;
      return;
    }
    this.number = number;
    this.times.push([media, taken]);
    if (this.times.length > TIMES) this.times.shift();
    this.queue.push(payload);
    this.pump();
  }

  pump() {
    const { buffer } = this;
    if (!buffer || buffer.updating || !this.queue.length) return;
    const bytes = joined(this.queue);
    this.queue = [];
    try {
      buffer.appendBuffer(bytes);
    } catch (error) {
      if (error.name === "QuotaExceededError") this.trim(2);
      this.number = null;
      if (error.name !== "QuotaExceededError") this.recover("append");
    }
  }

  settle() {
    const { video, buffer } = this;
    if (!buffer || this.media.readyState !== "open") return;
    const { buffered } = buffer;
    if (buffered.length) {
      const first = buffered.start(buffered.length - 1);
      const edge = buffered.end(buffered.length - 1);
      const behind = edge - video.currentTime;
      if (behind > JUMP_S || behind < 0 || video.currentTime < first) {
        video.currentTime = Math.max(first, edge - EDGE_S);
      }
      video.playbackRate = behind > HURRY_S && behind <= JUMP_S ? 1.15 : 1;
      if (video.paused) this.play();
      if (!this.queue.length && video.currentTime - buffered.start(0) > KEPT_S * 2) this.trim(KEPT_S);
    }
    this.pump();
  }

  trim(keptS) {
    const end = this.video.currentTime - keptS;
    if (!this.buffer.updating && end > 0) this.buffer.remove(0, end);
  }

  play() {
    this.video.play()?.catch(() => {}); // interrupted by a new source, or not allowed yet: tried again
  }

  recover(what) {
    if (!this.init || !this.media) return;
    this.failures += 1;
    this.media = null;
    if (this.failures > 3) this.giveUp(what);
    else setTimeout(() => this.init && !this.media && this.build(), 250);
  }

  /** When the shown picture was taken, µs since 1970; null before the first. */
  get taken() {
    if (this.video.readyState < 2) return null;
    const told = document.hidden ? null : this.shown; // a hidden page is told of no pictures
    const now = (told ?? this.video.currentTime) * 1e6 + 2000;
    for (let i = this.times.length - 1; i >= 0; i -= 1) if (this.times[i][0] <= now) return this.times[i][1];
    return null;
  }

  /** Lets go of the video. */
  close() {
    this.reset();
    this.init = null;
    this.video.removeAttribute("src");
    this.video.load();
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function joined(parts) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

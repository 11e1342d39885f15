// Shows the JPEG pictures of one camera: for streams or browsers that Media Source Extensions cannot serve.

/** One img element; a picture that comes while another is being decoded replaces the one that waits. */
export class JpegPlayer {
  /** @param {HTMLImageElement} image */
  constructor(image) {
    this.image = image;
    this.taken = null; // of the shown picture, µs since 1970
    this.loading = null;
    this.waiting = null;
  }

  /** Takes the next picture. */
  take(fragment) {
    if (fragment.kind !== "jpeg") return;
    if (this.loading) this.waiting = fragment;
    else this.load(fragment);
  }

  load(fragment) {
    this.loading = URL.createObjectURL(new Blob([fragment.payload], { type: "image/jpeg" }));
    const done = (shown) => {
      URL.revokeObjectURL(this.loading);
      this.loading = null;
      if (shown) this.taken = fragment.taken;
      const next = this.waiting;
      this.waiting = null;
      if (next) this.load(next);
    };
    this.image.onload = () => done(true);
    this.image.onerror = () => done(false);
    this.image.src = this.loading;
  }

  /** Lets go of the picture. */
  close() {
    this.waiting = null;
    this.taken = null;
    this.image.removeAttribute("src");
  }
}

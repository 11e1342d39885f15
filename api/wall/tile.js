// One tile: a camera's live picture with its boxes, how old the picture is, and what is wrong with it.
import { openAt } from "./alerts.js";
import { serverNow, span } from "./clock.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { draw, fit, fitted, tracksAt } from "./overlay.js";
import { Screen } from "./screen.js";
import { selectCamera } from "./selection.js";
import { shelvesOf, untilOf } from "./shelves.js";
import { health, state } from "./state.js";
import { known, named, t } from "./text.js";

const OLD_S = 2; // the age turns amber
const SHOUT_S = 5; // the tile says so across the picture

/** One camera's tile. */
export class Tile {
  constructor(camera, number) {
    this.camera = camera;
    this.screen = new Screen(camera);
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.name = el("span.name");
    this.count = el("span.count");
    this.form = el("span.form", { testid: `form-${camera.id}` });
    this.age = el("span.age", { testid: `age-${camera.id}` });
    this.alarm = el("span.alarm");
    this.off = el("span.off", { testid: `off-${camera.id}` });
    this.aside = el("span.aside", { testid: `aside-${camera.id}` });
    this.trouble = el("span.trouble", { testid: `trouble-${camera.id}` });
    this.headline = el("strong");
    this.detail = el("small");
    this.trouble.append(this.headline, this.detail);
    this.root = el(
      "button.tile",
      { type: "button", testid: `tile-${camera.id}`, on: { click: () => selectCamera(camera.id) } },
      this.screen.video,
      this.screen.image,
      this.canvas,
      el("span.top", {}, el("span.number", {}, String(number)), this.name, this.aside, this.alarm),
      el("span.base", {}, this.count, this.off, this.form, this.age),
      this.trouble,
    );
  }

  /** Shows what changed: names, alert, state. */
  render() {
    const { camera, root } = this;
    const open = openAt(camera.id);
    const level = open ? String(open.level) : "";
    say(this.name, named(camera));
    root.setAttribute("aria-label", t("tile.label", { name: named(camera) }));
    root.classList.toggle("chosen", state.selection?.kind === "camera" && state.selection.id === camera.id);
    root.classList.toggle("unacked", open?.state === "RAISED");
    if (root.dataset.level !== level || this.told !== open?.code + t("level.name")) {
      root.dataset.level = level;
      this.told = open?.code + t("level.name");
      this.alarm.replaceChildren(...(open ? [levelMark(open.level), named(state.session.codes[open.code])] : []));
    }
    this.screen.check();
    this.tick();
  }

  /** Counts ages and waits. */
  tick() {
    const { taken } = this.screen;
    const seconds = taken === null ? null : Math.max(0, (serverNow() - taken / 1000) / 1000);
    const seen = health(this.camera.id)?.seen ?? {};
    const counts = Object.entries(seen).filter(([, n]) => n > 0);
    say(this.count, counts.map(([key, n]) => t("tile.count", { n, label: named(state.session.labels[key]) })).join("  "));
    const off = health(this.camera.id)?.off_schedule?.length ?? 0;
    say(this.off, off ? t("tile.off", { n: off }) : "");
    const aside = shelvesOf(this.camera.id);
    say(this.aside, aside.length ? t("tile.aside", { n: aside.length, until: untilOf(aside) }) : "");
    say(this.age, seconds === null ? "" : seconds < 10 ? t("tile.age", { s: seconds.toFixed(1) }) : span(seconds));
    this.age.dataset.seconds = seconds === null ? "" : seconds.toFixed(2);
    this.age.classList.toggle("old", seconds !== null && seconds > OLD_S);
    say(this.form, this.screen.why ? "JPEG" : "");
    this.form.title = this.screen.reason;
    const [headline, detail, kind] = this.wrong(seconds);
    show(this.trouble, Boolean(headline));
    this.root.dataset.trouble = kind;
    say(this.headline, headline);
    say(this.detail, detail);
  }

  /** [headline, detail, kind] of what is wrong, empty where nothing is. */
  wrong(seconds) {
    const now = health(this.camera.id);
    if (now && now.state !== "live") {
      const lasted = span((serverNow() - now.since / 1000) / 1000);
      const waits = now.retry_at ? Math.max(0, Math.ceil((now.retry_at / 1000 - serverNow()) / 1000)) : null;
      const parts = [];
      if (now.attempt > 0) parts.push(t("tile.attempt", { n: now.attempt }));
      if (waits !== null) parts.push(waits > 0 ? t("tile.retry", { s: waits }) : t("tile.retrying"));
      const key = known(`camera.${now.state}`) ? `camera.${now.state}` : "camera.disconnected";
      const kind = now.state === "frozen" || now.state === "stalled" ? "still" : "off";
      return [`${t(key)} ${lasted}`, parts.join(t("list.comma")), now.state === "connecting" ? "connecting" : kind];
    }
    if (seconds === null) return [t("tile.waiting"), "", "connecting"];
    if (seconds > SHOUT_S) return [t("tile.stopped", { age: span(seconds) }), "", "still"];
    if (now?.blind_since) {
      const reason = named(state.session.blind_reasons[now.blind_reason]);
      const lasted = span((serverNow() - now.blind_since / 1000) / 1000);
      return [t("tile.blind", { reason, lasted }), "", "blind"];
    }
    return ["", "", ""];
  }

  /** Draws the boxes over the picture that is shown now. */
  draw() {
    const { canvas, screen } = this;
    fit(canvas);
    const open = openAt(this.camera.id);
    const drawn = [canvas.width, canvas.height, screen.size, open?.place, open?.level, this.root.dataset.trouble, t("mask.label")].join();
    const moving = tracksAt(screen.boxes, screen.taken).length > 0;
    if (!moving && this.drawn === drawn) return; // zones stand still
    this.drawn = moving ? "" : drawn;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (this.root.dataset.trouble === "off" || this.root.dataset.trouble === "connecting") return;
    draw(pen, fitted(screen.size, canvas), screen);
  }
}

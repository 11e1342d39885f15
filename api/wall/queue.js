// The alert queue: what waits for a decision, gravest and longest waiting first, then what is done.
import { isDispatched, isHandled, isReturned, queue, selected } from "./alerts.js";
import { age, since } from "./clock.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { mayLook } from "./reasons.js";
import { selectAlert } from "./selection.js";
import { makeShelves } from "./shelves.js";
import { camera, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";
import { inShort } from "./why.js";

const HELD_MS = 2000; // no click takes longer, and what is new must not wait for one that never ends
const SHOWN = 200; // rows: a decided alert must stay findable while many others wait

/** One row. */
class Row {
  constructor(alert) {
    this.id = alert.id;
    this.mark = el("span.sign");
    this.picture = alert.snapshot && mayLook(alert) ? el("img", { src: alert.snapshot, alt: "", loading: "lazy" }) : el("span.nothing");
    this.what = el("strong");
    this.where = el("span");
    this.short = el("span");
    this.waited = el("time");
    this.stand = el("small");
    this.root = el(
      "li.row",
      {},
      el(
        "button",
        { type: "button", testid: `alert-${alert.id}`, on: { click: () => selectAlert(alert.id) } },
        this.mark,
        this.picture,
        el("span.words", {}, this.what, this.where, this.short),
        el("span.when", {}, this.waited, this.stand),
      ),
    );
  }

  render(alert, chosen) {
    const { root } = this;
    if (alert.snapshot && mayLook(alert) && this.picture.localName !== "img") {
      const picture = el("img", { src: alert.snapshot, alt: "" });
      this.picture.replaceWith(picture);
      this.picture = picture;
    }
    if (this.mark.dataset.level !== String(alert.level)) {
      this.mark.dataset.level = alert.level;
      this.mark.replaceChildren(levelMark(alert.level));
    }
    root.dataset.level = alert.level;
    root.dataset.state = alert.state;
    root.dataset.waits = isReturned(alert) ? "returned" : isHandled(alert) ? "handled" : "";
    root.classList.toggle("chosen", chosen);
    root.firstChild.setAttribute("aria-current", chosen ? "true" : "false");
    say(this.what, named(state.session.codes[alert.code]) || alert.code);
    say(this.where, named(camera(alert.camera)) || alert.camera || t("stage.system"));
    say(this.short, inShort(alert));
    say(this.stand, standing(alert));
    this.alert = alert;
    this.tick();
  }

  tick() {
    say(this.waited, age(since(this.alert.detected)));
  }
}

/** Where an alert stands, in one or two words. */
export function standing(alert) {
  if (alert.state !== "RAISED" && isDispatched(alert)) return t(`incident.${alert.dispatch.state}`);
  return t(`stand.${alert.state}`);
}

/** It is shown as new once more. */
function arriveAgain(root) {
  root.classList.remove("new");
  void root.offsetWidth; // an animation begins anew only once it was seen to be gone
  root.classList.add("new");
}

/** The queue's panel. */
export function makeQueue() {
  const rows = new Map();
  const list = el("ol.rows", { testid: "queue" });
  const sums = el("span.sums");
  const empty = el("p.empty", { text: "queue.empty" });
  let first = true;

  function render() {
    if (list.matches(":active") && performance.now() - state.touchedAt < HELD_MS) return; // nothing moves from under the hand
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const order = queue().slice(0, SHOWN);
    const chosen = selected()?.id;
    const { raised_today: raised, mean_ack_s: mean } = state.figures;
    const unacked = [...state.alerts.values()].filter((alert) => alert.state === "RAISED").length;
    const parts = [t("queue.unacked", { n: unacked }), t("queue.today", { n: raised })];
    if (mean !== null) parts.push(t("queue.mean", { s: mean.toFixed(0) }));
    say(sums, parts.join(" · "));
    show(empty, !order.length);
    order.forEach((alert, i) => {
      let row = rows.get(alert.id);
      if (!row) {
        row = new Row(alert);
        rows.set(alert.id, row);
        if (!first) row.root.classList.add("new");
      } else if (alert.state === "RAISED" && (alert.raised !== row.alert.raised || alert.level < row.alert.level)) arriveAgain(row.root);
      row.render(alert, alert.id === chosen);
      place(row.root, i);
    });
    const kept = new Set(order.map((alert) => alert.id));
    for (const [id, row] of rows) {
      if (kept.has(id)) continue;
      row.root.remove();
      rows.delete(id);
    }
    focused?.focus({ preventScroll: true }); // it may have been taken out and put in again
    if (order.length) first = false;
    reveal(rows.get(chosen)?.root);
  }

  /** Puts a row where it belongs. What is moved appears as new: where one goes down, it moves, and not all that come up. */
  function place(root, i) {
    const here = list.children[i];
    if (here === root) return;
    if (here && here.nextElementSibling === root) list.append(here);
    else list.insertBefore(root, here ?? null);
  }

  let revealed = null;
  function reveal(root) {
    if (!root || revealed === root) return;
    revealed = root;
    const [top, bottom] = [root.offsetTop - list.offsetTop, root.offsetTop - list.offsetTop + root.offsetHeight];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  subscribe(render);
  document.addEventListener("pointerup", () => setTimeout(render)); // by then it is no longer held
  onTick(() => rows.forEach((row) => row.tick()));
  return el("section.panel.queue", { label: "queue.title" }, el("h2", {}, el("span", { text: "queue.title" }), sums), makeShelves(), list, empty);
}

// Rules that are set aside for a while: asked for in an alert's panel, counted and listed above the queue.
import { guard } from "./aim.js";
import { isUndecided, selected } from "./alerts.js";
import { minuteOfDay, serverNow } from "./clock.js";
import { el, say, show } from "./element.js";
import { refresh } from "./feed.js";
import { tell } from "./notice.js";
import { settled } from "./selection.js";
import { ask } from "./session.js";
import { camera, change, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";
import { ruleName } from "./watchpost.js";

const MINUTES = [15, 60, 240]; // by the digits 1 to 3; the site says how long it may be at most
const GRAVE = 2; // takes the right `shelve`

const handles = () => state.session.user.rights.includes("handle");

/** What is set aside now, by the clock: also while nobody tells that it is over. */
const inForce = () => state.shelves.filter((shelf) => Date.parse(shelf.until) > serverNow());

/** What is set aside now of a camera. */
export const shelvesOf = (cameraId) => inForce().filter((shelf) => shelf.camera === cameraId);

/** The instant at which all of these are over, in words; empty where there are none. */
export const untilOf = (shelves) => (shelves.length ? minuteOfDay(shelves.map((one) => one.until).sort().at(-1)) : "");

/** Whether the rule of this alert may be set aside by whoever looks: never what hides level 1 or a blind camera. */
function canShelve(alert) {
  const code = state.session.codes[alert?.code];
  if (!code || code.level === 1 || code.capability === "V" || alert.level === 1 || !isUndecided(alert)) return false;
  const aside = shelvesOf(alert.camera).some((shelf) => shelf.rule === alert.rule);
  return handles() && !aside && (Math.min(code.level, alert.level) > GRAVE || state.session.user.rights.includes("shelve"));
}

async function send(path, body, done) {
  try {
    const shelf = await ask(path, body);
    tell(t(done, { rule: nameOf(shelf), until: minuteOfDay(shelf.until) }));
    change({ menu: null });
  } catch (error) {
    tell(error.status === 0 ? t("notice.unreachable") : t("notice.refused", { detail: error.told }), "bad");
  } finally {
    refresh(0);
  }
}

const nameOf = (shelf) => {
  const at = camera(shelf.camera);
  return at ? `${named(at)} · ${ruleName(at, shelf.rule)}` : shelf.rule;
};

/** Opens or closes the question for how long. */
function open() {
  if (canShelve(selected()) && settled()) change({ menu: state.menu === "shelve" ? null : "shelve" });
}

/** The small button beside an alert's name. */
export function shelveButton() {
  const root = el("button.quiet.shelve", { type: "button", testid: "shelve", text: "shelf.open", on: { click: open } });
  subscribe(() => show(root, canShelve(selected())));
  return root;
}

/** The form: why, and for how long. */
export function makeShelving() {
  const which = el("p");
  const words = el("input", { type: "text", maxlength: "200", testid: "shelve-reason", autocomplete: "off" });
  const choices = el("div.choices");
  const not = el("button", { type: "button", testid: "shelve-cancel", text: "shelf.cancel", on: { click: () => change({ menu: null }) } });
  const root = el(
    "div.shelving",
    { role: "group", label: "shelf.open", testid: "shelving" },
    which,
    el("label", {}, el("span", { text: "shelf.reason" }), words),
    choices,
    el("small", { text: "shelf.never" }),
  );

  function choose(minutes) {
    const alert = selected();
    const reason = words.value.trim();
    if (!reason) {
      words.focus();
      tell(t("shelf.say"), "look");
      return;
    }
    words.value = "";
    const until = new Date(serverNow() + minutes * 60_000).toISOString();
    send("shelves", { camera: alert.camera, rule: alert.rule, until, reason }, "notice.shelved");
  }

  subscribe(() => {
    const alert = selected();
    const asked = state.menu === "shelve" && canShelve(alert);
    if (state.menu === "shelve" && !asked) change({ menu: null });
    const opens = asked && root.hidden;
    if (opens) words.value = "";
    show(root, asked);
    if (opens) words.focus();
    if (!asked) return;
    say(which, t("shelf.which", { rule: nameOf(alert) }));
    const allowed = MINUTES.filter((minutes) => minutes <= state.session.shelf_h * 60);
    const told = [document.documentElement.lang, ...allowed].join();
    if (choices.dataset.told === told) return;
    choices.dataset.told = told;
    choices.replaceChildren(
      ...allowed.map((minutes) =>
        el("button", { type: "button", testid: `shelve-${minutes}`, on: { click: () => choose(minutes) } }, t(minutes < 60 ? "shelf.minutes" : "shelf.hours", { n: minutes < 60 ? minutes : minutes / 60 })),
      ),
      not,
    );
  });
  return root;
}

function row(shelf) {
  const up = el("button", { type: "button", testid: `lift-${shelf.id}`, on: { click: () => send(`shelves/${shelf.id}/lift`, {}, "notice.unshelved") } }, t("shelf.lift"));
  show(up, handles());
  return el(
    "li",
    {},
    el("strong", {}, nameOf(shelf)),
    el("span", {}, t("shelf.row", { n: shelf.alerts, until: minuteOfDay(shelf.until), by: shelf.by, reason: shelf.reason })),
    up,
  );
}

/** The count above the queue, and what it counts once it is opened. */
export function makeShelves() {
  let opened = false;
  let shown = "";
  const sum = el("button.sum", { type: "button", testid: "shelves", "aria-expanded": "false", on: { click: toggle } });
  const list = guard(el("ul", { testid: "shelf-list" }));
  const root = el("div.shelves", { role: "group", label: "shelf.label" }, sum, list);

  function toggle() {
    opened = !opened;
    render();
  }

  function render() {
    const shelves = inForce();
    show(root, shelves.length > 0);
    show(list, opened && shelves.length > 0);
    sum.setAttribute("aria-expanded", String(opened));
    const alerts = shelves.reduce((n, shelf) => n + shelf.alerts, 0);
    say(sum, t("shelf.sum", { n: shelves.length, alerts, until: untilOf(shelves) }));
    const now = JSON.stringify([shelves, document.documentElement.lang]);
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...shelves.map(row));
  }

  subscribe(render);
  onTick(render);
  return root;
}

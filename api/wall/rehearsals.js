// Rehearsals: other rules of a camera over what it has seen; asked for, watched, called off, and what they came to.
import { dayOf, minuteOfDay, serverNow, timeOfDay } from "./clock.js";
import { el, say, show } from "./element.js";
import { tell } from "./notice.js";
import { openPage } from "./page.js";
import { makeOutcome } from "./rehearsal_outcome.js";
import { ask } from "./session.js";
import { named, onLanguage, t } from "./text.js";

const HOURS = [1, 6, 24, 72, 168]; // back from now; a week is the most that one rehearsal may have
const LOOK_MS = 2000;
const COLUMNS = ["at", "camera", "span", "by", "state"];
const isOpen = ({ state }) => state === "queued" || state === "running";
const SAMPLE = "rules:\n- {rule: INTRUDE, zone: yard, dwell_s: 5}\n";

const told = (error) => (error.status === 0 ? t("notice.unreachable") : error.told);

/** Asks for one; `done` is told its id. */
function makeForm(cameras, done) {
  const camera = el("select", { testid: "rehearse-camera" }, ...cameras.map((one) => el("option", { value: one.id }, named(one))));
  const hours = el("select", { testid: "rehearse-hours" }, ...HOURS.map((n) => el("option", { value: n }, t("rehearsals.hours", { n }))));
  const rules = el("textarea", { rows: 8, maxlength: "32768", spellcheck: "false", placeholder: SAMPLE, testid: "rehearse-rules" });
  const trouble = el("div.trouble", { role: "alert", testid: "trouble", hidden: true });
  const field = (key, input) => el("label.field", {}, el("span", { text: `rehearsals.${key}` }), input);
  const begin = el("button.do", { type: "submit", text: "rehearsals.begin", testid: "begin" });
  const form = el(
    "form.form.rehearse",
    { novalidate: true },
    el("div.pair", {}, field("camera", camera), field("past", hours)),
    field("rules", rules),
    el("p.hint", { text: "rehearsals.how" }),
    trouble,
    el("div.deeds", {}, begin),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    begin.disabled = true;
    const until = new Date(serverNow());
    const since = new Date(until - Number(hours.value) * 3_600_000);
    try {
      const { id } = await ask("rehearsals", { camera: camera.value, since: since.toISOString(), until: until.toISOString(), rules: rules.value });
      show(trouble, false);
      done(id);
    } catch (error) {
      trouble.replaceChildren(...[told(error), ...(error.body?.mistakes ?? []).filter((line) => typeof line === "string")].map((line) => el("p", {}, line)));
      show(trouble, true);
      rules.focus();
    } finally {
      begin.disabled = false;
    }
  });
  onLanguage(() => {
    [...camera.options].forEach((option, i) => say(option, named(cameras[i])));
    [...hours.options].forEach((option, i) => say(option, t("rehearsals.hours", { n: HOURS[i] })));
  });
  return form;
}

function makeRehearsals(session) {
  const outcome = makeOutcome(session);
  const head = el("tr");
  const body = el("tbody");
  const none = el("p.hint", { text: "rehearsals.none", hidden: true });
  let rows = [];
  let timer = null;
  let wanted = null; // its result is shown once it has one

  async function load() {
    clearTimeout(timer);
    try {
      rows = (await ask("rehearsals")).rehearsals;
      render();
      const mine = rows.find((one) => one.id === wanted);
      if (mine && !isOpen(mine)) open(mine);
    } catch (error) {
      tell(told(error), "bad");
    }
    if (rows.some(isOpen)) timer = setTimeout(load, LOOK_MS);
  }

  async function open({ id }) {
    wanted = null;
    try {
      outcome.show(await ask(`rehearsals/${id}`));
    } catch (error) {
      tell(told(error), "bad");
    }
  }

  async function callOff({ id }) {
    try {
      await ask(`rehearsals/${id}/cancel`, {});
    } catch (error) {
      tell(told(error), "bad");
    }
    load();
  }

  const cameraName = (id) => named(session.cameras.find((one) => one.id === id)) || id;
  const instant = (at) => `${dayOf(Date.parse(at))} ${minuteOfDay(at)}`;

  function state(one) {
    const parts = [el("span", {}, t(`rehearsal.${one.state}`))];
    if (one.state === "running") parts.push(el("meter", { min: 0, max: Math.max(1, one.total), value: one.done, "aria-label": t("rehearsals.progress", one) }), el("small", {}, one.total ? `${Math.round((100 * one.done) / one.total)} %` : ""));
    if (one.error) parts.push(el("small", {}, one.error));
    return parts;
  }

  function row(one) {
    const cells = [`${dayOf(Date.parse(one.at))} ${timeOfDay(one.at)}`, cameraName(one.camera), `${instant(one.since)} – ${instant(one.until)}`, one.by].map((text, i) => el("td", { "data-column": COLUMNS[i] }, text));
    const deed = (key, work) => el("button.quiet", { type: "button", testid: `${key}-${one.id}`, on: { click: work } }, t(`rehearsals.${key}`));
    const deeds = el("div.deeds", {}, isOpen(one) ? deed("cancel", () => callOff(one)) : deed("open", () => open(one)));
    return el("tr", { testid: "rehearsal", "data-state": one.state }, ...cells, el("td", { "data-column": "state" }, ...state(one)), el("td", {}, deeds));
  }

  function render() {
    const held = document.activeElement?.dataset?.testid;
    head.replaceChildren(...COLUMNS.map((key) => el("th", { scope: "col" }, t(`rehearsals.${key}`))), el("td"));
    body.replaceChildren(...rows.map(row));
    show(none, rows.length === 0);
    if (held) body.querySelector(`[data-testid="${CSS.escape(held)}"]`)?.focus(); // rows are made anew under the keyboard
  }

  const form = makeForm(session.cameras, (id) => {
    wanted = id;
    load();
  });
  onLanguage(render);
  load();
  return [
    el("section.panel.sheet", {}, el("h2", { text: "page.rehearsals" }), form),
    el("section.panel.sheet", {}, el("h2", { text: "rehearsals.all" }), el("table.list.rehearsals", { testid: "rehearsals" }, el("thead", {}, head), body), none),
    outcome.root,
  ];
}

openPage("rehearsals", makeRehearsals);

// When cameras were blind: a picture of the day, a row for each camera and a cell for each hour, with the reasons.
import { dayOf, serverNow, span } from "./clock.js";
import { cap, el, say, show } from "./element.js";
import { ask } from "./session.js";
import { change, onTick, state, subscribe } from "./state.js";
import { named, t } from "./text.js";

const AGAIN_MS = 15_000;
const DAY_MS = 24 * 3600 * 1000;
const HOUR_S = 3600;

/** Opens the picture of today, or closes it. */
export function toggleBlind() {
  change({ blind: state.blind ? null : { day: null, told: null, failed: false, at: [0, 0] } });
  if (state.blind) load();
}

async function load(day = state.blind.day) {
  const readAt = performance.now();
  try {
    const told = await ask(`blind/hours${day ? `?day=${day}` : ""}`);
    if (state.blind) change({ blind: { ...state.blind, day, told, failed: false, readAt } });
  } catch {
    if (state.blind) change({ blind: { ...state.blind, failed: true, readAt } });
  }
}

/** Another day, so many days on; not beyond today. */
function turn(days) {
  const { told } = state.blind;
  if (!told) return;
  const day = new Date(Date.parse(`${told.day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
  if (days < 0 || Date.parse(told.until) - Date.parse(told.first) >= told.cameras[0].hours.length * HOUR_S * 1000) load(day);
}

const reasonsOf = (reasons) =>
  Object.entries(reasons)
    .sort((a, b) => b[1] - a[1])
    .map(([key, seconds]) => `${named(state.session.blind_reasons[key]) || key} ${span(seconds)}`)
    .join(t("list.comma"));

/** What an hour is: `future`, `unknown` (nobody kept a ledger), `blind`, `unarmed` or `seeing`. */
function kindOf(hour, told) {
  if (Date.parse(hour.began) >= Date.parse(told.until)) return "future";
  if (hour.seconds > 0) return "blind";
  if (!told.recorded || Date.parse(hour.began) + HOUR_S * 1000 <= Date.parse(told.recorded)) return "unknown";
  return hour.unarmed_s > 0 ? "unarmed" : "seeing";
}

/** An hour in words. */
function words(row, index, told) {
  const hour = row.hours[index];
  const camera = named(state.session.cameras.find((one) => one.id === row.camera)) || row.camera;
  const kind = kindOf(hour, told);
  const parts = [kind === "blind" ? `${t("blind.blind", { lasted: span(hour.seconds) })}${t("list.colon")}${reasonsOf(hour.reasons)}` : t(`blind.${kind}`)];
  if (hour.unarmed_s > 0 && kind === "blind") parts.push(t("blind.unarmed"));
  return `${camera} · ${t("blind.hour", { from: index, to: index + 1 })} · ${parts.join(" · ")}`;
}

function cell(row, index, told, choose) {
  const hour = row.hours[index];
  const button = el("button.hour", {
    type: "button",
    role: "gridcell",
    tabindex: "-1",
    "aria-label": words(row, index, told),
    "data-kind": kindOf(hour, told),
    "data-testid": `blind-${row.camera}-${index}`,
    on: { click: choose, focus: choose, pointerenter: choose },
  });
  const share = hour.seconds > 0 ? Math.max(0.08, Math.min(1, hour.seconds / HOUR_S)) : 0;
  button.style.setProperty("--share", `${(share * 100).toFixed(1)}%`);
  return button;
}

/** The dialog. */
export function makeBlind() {
  const day = el("b.day");
  const line = el("p.line", { role: "status", testid: "blind-line" });
  const grid = el("div.hours", { role: "grid", label: "blind.title", testid: "blind-hours" });
  const later = el("button.quiet", { type: "button", label: "blind.later", on: { click: () => turn(1) } }, "›");
  const root = el(
    "dialog.blindness",
    { testid: "blind", label: "blind.title" },
    el(
      "header",
      {},
      el("h2", { text: "blind.title" }),
      el("button.quiet", { type: "button", label: "blind.earlier", testid: "blind-earlier", on: { click: () => turn(-1) } }, "‹"),
      day,
      later,
      el("button.quiet.close", { type: "button", on: { click: toggleBlind } }, el("span", { text: "help.close" }), cap("B")),
    ),
    grid,
    line,
    el("ul.legend", {}, ...["blind", "seeing", "unarmed", "unknown"].map((kind) => el("li", {}, el("i", { "data-kind": kind }), el("span", { text: `blind.${kind}.short` })))),
  );
  let cells = [];

  function point(row, column, focus) {
    const { told } = state.blind;
    const at = [Math.min(cells.length - 1, Math.max(0, row)), Math.min(told.cameras[0].hours.length - 1, Math.max(0, column))];
    state.blind.at = at;
    cells.forEach((some, r) => some.forEach((one, c) => one.setAttribute("tabindex", r === at[0] && c === at[1] ? "0" : "-1")));
    say(line, words(told.cameras[at[0]], at[1], told));
    if (focus) cells[at[0]][at[1]].focus();
  }

  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  root.addEventListener("keydown", (event) => {
    if (!state.blind?.told) return;
    if (event.key in MOVES) point(state.blind.at[0] + MOVES[event.key][0], state.blind.at[1] + MOVES[event.key][1], true);
    else if (event.key === "PageUp") turn(-1);
    else if (event.key === "PageDown") turn(1);
    else return;
    event.preventDefault();
  });
  root.addEventListener("cancel", (event) => {
    event.preventDefault();
    toggleBlind();
  });
  root.addEventListener("click", (event) => event.target === root && toggleBlind());

  let drawn = "";
  function render() {
    if (!state.blind) {
      if (root.open) root.close();
      drawn = "";
      return;
    }
    if (!root.open) root.showModal();
    const { told, failed } = state.blind;
    show(grid, Boolean(told));
    if (!told) {
      say(line, t(failed ? "blind.failed" : "blind.loading"));
      return;
    }
    say(day, dayOf(Date.parse(told.first) + HOUR_S * 1000));
    later.disabled = Date.parse(told.until) - Date.parse(told.first) < told.cameras[0].hours.length * HOUR_S * 1000;
    const key = JSON.stringify(told) + t("blind.title");
    if (key === drawn) return;
    drawn = key;
    const held = grid.contains(document.activeElement) || document.activeElement === root;
    cells = told.cameras.map((row, r) => row.hours.map((_, c) => cell(row, c, told, () => point(r, c, false))));
    const head = told.cameras[0].hours.map((_, c) => el("span.tick", {}, c % 3 === 0 ? String(c).padStart(2, "0") : ""));
    grid.replaceChildren(
      el("div.of", { role: "row" }, el("span.name"), ...head, el("span.sum", { text: "blind.sum" })),
      ...told.cameras.map((row, r) =>
        el(
          "div.of",
          { role: "row", testid: `blind-row-${row.camera}` },
          el("span.name", {}, named(state.session.cameras.find((one) => one.id === row.camera)) || row.camera),
          ...cells[r],
          el("span.sum", { title: reasonsOf(row.reasons) }, row.seconds >= 1 ? span(row.seconds) : "0", el("small", {}, reasonsOf(row.reasons))),
        ),
      ),
    );
    const now = Math.floor((Math.min(serverNow(), Date.parse(told.until) - 1) - Date.parse(told.first)) / HOUR_S / 1000);
    point(state.blind.at[0], state.blind.at[1] || now, held);
  }

  subscribe(render);
  onTick(() => {
    if (state.blind && performance.now() - (state.blind.readAt ?? 0) > AGAIN_MS) {
      state.blind.readAt = performance.now();
      load();
    }
  });
  return root;
}

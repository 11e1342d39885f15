// The list of tasks, the gravest first; a touch opens one.
import { since, span } from "./clock.js";
import { change, duty, onTick, opened, standing, subscribe } from "./duty.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { known, named, t } from "./text.js";

/** Where a task stands, in words; a state that we do not know in the server's. */
export const stands = (task) => (known(`stand.${task.state}`) ? t(`stand.${task.state}`) : named(task.stands));

/** Where it is: camera, entrance, grid, each once. */
export const place = (task) => [...new Set([named(task.where), task.entrance, named(task.grid)])].filter(Boolean).join(" · ");

function card(task) {
  const ago = el("time");
  const tell = () => say(ago, t("task.ago", { age: span(since(task.detected)) }));
  tell();
  const root = el(
    "li",
    {},
    el(
      "button.card",
      { type: "button", testid: `task-${task.id}`, "data-state": task.state, on: { click: () => change({ open: task.id, told: "", returning: false }) } },
      levelMark(task.level),
      el("span.words", {}, el("strong", {}, named(task.what)), el("span", {}, place(task)), el("span.stand", {}, stands(task))),
      ago,
    ),
  );
  return { root, tell };
}

/** The list. */
export function makeList() {
  const list = el("ul", { testid: "tasks" });
  const empty = el("p.empty", { testid: "empty" });
  const root = el("main.list", {}, list, empty);
  let cards = [];
  let shown = null;
  subscribe(() => {
    show(root, !opened() && !duty.gone && !duty.own);
    const tasks = standing();
    const now = JSON.stringify([tasks, document.documentElement.lang]);
    show(empty, !tasks.length);
    say(empty, t(duty.tasks === null ? "list.loading" : "list.empty"));
    if (now === shown) return;
    shown = now;
    cards = tasks.map(card);
    list.replaceChildren(...cards.map((one) => one.root));
  });
  onTick(() => cards.forEach((one) => one.tell()));
  return root;
}

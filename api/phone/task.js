// One task: what, where, since when, its picture, and the one thing to do next.
import { makeActs } from "./acts.js";
import { dayOf, minuteOfDay, since, span } from "./clock.js";
import { change, duty, onTick, opened, subscribe } from "./duty.js";
import { el, say, show } from "./element.js";
import { levelMark } from "./level.js";
import { place, stands } from "./list.js";
import { makeReport } from "./report.js";
import { named, t } from "./text.js";

const close = () => change({ open: null, gone: null, told: "", returning: false });

/** The task that is open, or why the one that was open went away. */
export function makeTask() {
  const mark = el("span.sign");
  const what = el("h1", { testid: "what" });
  const where = el("p.where", { testid: "where" });
  const when = el("p.when");
  const stand = el("p.stand", { role: "status", testid: "stand" });
  const rework = el("p.rework", { role: "alert", testid: "rework" });
  const picture = el("img.snapshot", { testid: "snapshot", alt: "" });
  const result = el("p.result", { testid: "result" });
  const facts = el("p.facts");
  const back = el("button.back", { type: "button", testid: "back", on: { click: close } });
  const body = el("div.body", {}, el("div.heading", {}, mark, what), where, when, stand, rework, result, makeReport(), picture, facts);
  const root = el("main.task", { testid: "task" }, back, body, makeActs(close));

  function render() {
    const task = duty.own ? undefined : duty.gone ?? opened();
    show(root, Boolean(task));
    if (!task) return;
    root.dataset.state = task.state;
    if (mark.dataset.level !== String(task.level)) {
      mark.dataset.level = task.level;
      mark.replaceChildren(levelMark(task.level));
    }
    say(back, t("task.back"));
    say(what, named(task.what));
    say(where, place(task));
    say(stand, stands(task));
    show(rework, Boolean(task.rework) && task.state !== "CLOSED" && task.state !== "HANDLED");
    say(rework, task.rework ? t("task.rework", { why: named(task.rework) }) : "");
    show(picture, Boolean(task.snapshot) && !duty.gone);
    if (task.snapshot && !duty.gone && picture.getAttribute("src") !== task.snapshot) picture.src = task.snapshot;
    picture.alt = t("task.picture", { at: minuteOfDay(task.detected) });
    show(result, Boolean(task.result));
    say(result, task.result ? t("task.result", { result: task.result }) : "");
    say(facts, t("task.facts", { no: task.no, by: task.by, day: dayOf(Date.parse(task.sent)), at: minuteOfDay(task.sent) }));
    tell();
  }

  function tell() {
    const task = duty.gone ?? opened();
    if (task) say(when, t("task.since", { at: minuteOfDay(task.detected), age: span(since(task.detected)) }));
  }

  subscribe(render);
  onTick(tell);
  return root;
}

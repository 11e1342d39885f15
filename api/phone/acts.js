// The one thing to do next, as large as a thumb; and the way to send a task back.
import { change, duty, opened, subscribe } from "./duty.js";
import { el, say, show } from "./element.js";
import { report } from "./outbox.js";
import { readyToReport, sendReport } from "./report.js";
import { named, t } from "./text.js";

const MAIN = { SENT: "take", TAKEN: "arrive", ON_SITE: "handle" };

function press() {
  const task = opened();
  const step = MAIN[task?.state];
  if (step === "handle") sendReport(task);
  else if (step) report(task, step);
}

function sendBack(reason) {
  const task = opened();
  change({ returning: false, open: null });
  if (task?.state === "SENT") report(task, "return", reason);
}

function makeReasons() {
  const choices = el("div.reasons");
  const own = el("input", { type: "text", maxlength: "200", testid: "return-own", label: "return.own" });
  const ownGo = el("button", { type: "button", testid: "return-send", text: "return.send", on: { click: () => own.value.trim() && sendBack(own.value.trim()) } });
  const cancel = el("button.quiet", { type: "button", testid: "return-cancel", text: "return.cancel", on: { click: () => change({ returning: false }) } });
  const root = el("div.returning", { role: "group", label: "return.which" }, el("p", { text: "return.which" }), choices, el("div.own", {}, own, ownGo), cancel);
  subscribe(() => {
    show(root, duty.returning);
    own.placeholder = t("return.own");
    if (root.dataset.task !== String(duty.open)) own.value = ""; // one's own reason is of this task alone
    root.dataset.task = String(duty.open);
    if (choices.dataset.lang === document.documentElement.lang) return;
    choices.dataset.lang = document.documentElement.lang;
    const reasons = Object.entries(duty.session.return_reasons);
    choices.replaceChildren(...reasons.map(([key, name]) => el("button", { type: "button", testid: `return-${key}`, on: { click: () => sendBack(key) } }, named(name))));
  });
  return root;
}

/** The buttons at the foot of a task; `close` leads back to the list. */
export function makeActs(close) {
  const main = el("button.main", { type: "button", testid: "main", on: { click: press } });
  const back = el("button.quiet", { type: "button", testid: "return", text: "act.return", on: { click: () => change({ returning: true }) } });
  const fine = el("button.main", { type: "button", testid: "understood", text: "act.understood", on: { click: close } });
  const root = el("footer.acts", {}, main, back, fine, makeReasons());
  subscribe(() => {
    const task = opened();
    const step = duty.gone ? undefined : MAIN[task?.state];
    show(main, Boolean(step) && !duty.returning);
    show(back, task?.state === "SENT" && !duty.gone && !duty.returning);
    show(fine, Boolean(duty.gone));
    show(root, Boolean(step || duty.gone));
    if (!step) return;
    root.dataset.step = step;
    const ready = step !== "handle" || readyToReport(task);
    main.disabled = !ready;
    say(main, t(ready ? `act.${step}` : "act.handle.not_yet"));
  });
  return root;
}

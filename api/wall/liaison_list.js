// What was handed to the police, as a list: what waits for a receipt stands on top, with its age.
import { el, say } from "./element.js";
import { levelMark } from "./level.js";
import { signOf, waitingTarget } from "./police_words.js";
import { named, t } from "./text.js";

/**
 * The list.
 * @param page what the page knows
 * @param {function(string)} choose shows the incident of that id
 */
export function makeWaiting(page, choose) {
  const sums = el("span.sums", { testid: "liaison-waiting" });
  const rows = el("ol.rows", { testid: "liaison-list" });
  const root = el("section.panel.sheet.waiting", { label: "page.liaison" }, el("h2", {}, el("span", { text: "page.liaison" }), sums), rows);
  let known = [];

  function row(one) {
    const view = waitingTarget(one);
    const sign = el("b.sign");
    const camera = page.session.cameras.find((known) => known.id === one.camera);
    const root = el(
      "li",
      {},
      el(
        "button",
        { type: "button", testid: `handed-${one.id}`, "aria-current": one.id === page.chosen ? "true" : "false", "data-level": one.level, on: { click: () => choose(one.id) } },
        levelMark(one.level),
        el("strong", {}, [named(page.session.codes[one.code]) || one.code, named(camera) || one.camera].join(" · "), one.police.some((view) => view.test) ? el("em", {}, t("push.test")) : null),
        sign,
        el("span.no", {}, one.no),
      ),
    );
    const tick = () => {
      const { text, kind } = signOf(view);
      say(sign, text);
      sign.dataset.kind = kind;
    };
    tick();
    return { root, tick };
  }

  function render() {
    known = page.incidents.map(row);
    say(sums, t("liaison.waiting", { n: page.incidents.filter((one) => !waitingTarget(one).received).length }));
    rows.replaceChildren(...known.map((one) => one.root));
    if (!known.length) rows.append(el("li.empty", {}, t("liaison.none")));
  }

  /** The one before (-1) or after (+1); what was signed for has gone down the list, and one goes on from where it stood. */
  function step(by) {
    const at = page.incidents.findIndex((one) => one.id === page.chosen);
    const to = at > page.at && by > 0 ? page.at : Math.min(at, page.at) + by;
    const next = page.incidents[Math.min(page.incidents.length - 1, Math.max(0, to))];
    if (next) choose(next.id);
  }

  return { root, render, step, tick: () => known.forEach((one) => one.tick()) };
}

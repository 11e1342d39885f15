// The record: who did what, newest first, by day, account, deed and subject; exported as it was chosen.
import { makeChain } from "./chain.js";
import { dayOf, timeOfDay } from "./clock.js";
import { DEEDS, deedOf, pairsOf } from "./deeds.js";
import { el, show } from "./element.js";
import { tell } from "./notice.js";
import { openPage } from "./page.js";
import { ask } from "./session.js";
import { state } from "./state.js";
import { onLanguage, t } from "./text.js";

const COLUMNS = ["at", "who", "deed", "about", "detail"];
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function makeFilters(chosen) {
  const day = (key) => el("input", { type: "date", name: key, testid: `filter-${key}` });
  const word = (key) => el("input", { type: "text", name: key, maxlength: "128", testid: `filter-${key}`, spellcheck: "false" });
  const action = el("select", { name: "action", testid: "filter-action" });
  const inputs = { first: day("first"), last: day("last"), actor: word("actor"), action, about: word("about") };
  const fields = Object.entries(inputs).map(([key, input]) => el("label.field", {}, el("span", { text: `record.${key}` }), input));
  const form = el("form.form.filters", { novalidate: true }, ...fields, el("button.do", { type: "submit", text: "record.find", testid: "find" }));
  const render = () => {
    const held = action.value;
    action.replaceChildren(el("option", { value: "" }, t("record.any")), ...DEEDS.map((one) => el("option", { value: one }, deedOf(one))));
    action.value = held;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    chosen();
  });
  onLanguage(render);
  render();
  const read = () => Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, input.value.trim()]).filter(([, value]) => value));
  return { root: form, inputs, read };
}

/** A row; `follow` chooses what it is about. */
function makeRow(row, follow) {
  const { unit, from, ...rest } = row.detail;
  const about = el("button.about", { type: "button", title: row.subject, on: { click: () => follow(row.subject) } }, ID.test(row.subject) ? row.subject.slice(0, 8) : row.subject);
  const cells = {
    at: [`${dayOf(Date.parse(row.at))} ${timeOfDay(row.at)}`, el("small", {}, `№ ${row.id} `, el("code", { title: row.hash }, row.hash.slice(0, 8)))],
    who: [row.actor, el("small", {}, [unit, from].filter(Boolean).join(" · "))],
    deed: [deedOf(row.action)],
    about: [about],
    detail: pairsOf(rest).map(([name, value]) => el("span.pair", {}, el("i", {}, `${name} `), value)),
  };
  return el("tr", { testid: "record-row", "data-action": row.action }, ...COLUMNS.map((key) => el("td", { "data-column": key }, ...cells[key])));
}

function makeRecord() {
  const head = el("tr");
  const body = el("tbody");
  const none = el("p.hint", { text: "record.none", testid: "record-none", hidden: true });
  const older = el("button.quiet", { type: "button", text: "record.older", testid: "older", on: { click: () => load(true) } });
  const files = ["ndjson", "csv"].map((form) => el("a.quiet", { download: "", text: `record.${form}`, testid: `export-${form}` }));
  const filters = makeFilters(() => load(false));
  let [part, rows, more, asked] = [{}, [], false, 0];

  async function load(on) {
    const mine = ++asked;
    if (!on) part = filters.read();
    try {
      const answer = await ask(`record?${new URLSearchParams(on ? { ...part, before: rows.at(-1).id } : part)}`);
      if (mine !== asked) return;
      rows = on ? [...rows, ...answer.rows] : answer.rows;
      more = answer.more;
      render();
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : error.told, "bad");
    }
  }

  function follow(subject) {
    filters.inputs.about.value = subject;
    load(false);
  }

  function render() {
    head.replaceChildren(...COLUMNS.map((key) => el("th", { scope: "col" }, t(key === "about" ? "record.subject" : `record.${key}`))));
    body.replaceChildren(...rows.map((row) => makeRow(row, follow)));
    show(none, rows.length === 0);
    show(older, more);
    files.forEach((link, i) => link.setAttribute("href", `/api/v1/record/export?${new URLSearchParams({ ...part, form: ["ndjson", "csv"][i] })}`));
  }

  onLanguage(render);
  load(false);
  return el(
    "section.panel.sheet",
    {},
    el("h2", {}, el("span", { text: "page.record" }), el("span.deeds", {}, ...files)),
    filters.root,
    el("table.list.record", { testid: "record" }, el("thead", {}, head), body),
    none,
    el("div.deeds", {}, older),
  );
}

openPage("record", (session) => {
  state.session = session;
  return [makeChain(), makeRecord()];
});

// Accounts: the list, and what is done with each; a one-time password is shown once.
import { openWindow, sure } from "./asking.js";
import { el, say } from "./element.js";
import { tell } from "./notice.js";
import { openPage } from "./page.js";
import { ask } from "./session.js";
import { named, onLanguage, t } from "./text.js";
import { openUser } from "./user_form.js";
import { roleName } from "./who.js";

const COLUMNS = ["name", "role", "unit", "cameras", "person", "state"];

/** Shows the password that was just made, until it is closed. */
function showPassword({ name, password }) {
  const copied = el("span", { role: "status" });
  const copy = async () => {
    const copying = navigator.clipboard?.writeText(password) ?? Promise.reject(); // without TLS only on this machine
    say(copied, t(await copying.then(() => "share.copied", () => "share.by_hand")));
  };
  const close = el("button.do", { type: "button", text: "users.noted", testid: "noted", on: { click: () => root.close() } });
  const root = openWindow(
    "users.password",
    el("div.form", {}, el("p", {}, t("users.once", { name })), el("output.once", { testid: "password" }, password), el("div.deeds", {}, close, el("button.quiet", { type: "button", text: "share.copy", on: { click: copy } }), copied)),
  );
  close.focus();
}

function makeUsers({ user: me, cameras }) {
  const sum = el("span.sums");
  const head = el("tr");
  const body = el("tbody");
  const add = el("button.do", { type: "button", text: "users.add", testid: "add-user", disabled: true }); // its form offers what is known
  let known = { users: [], roles: [], people: [], on_duty_roles: [] };

  async function load() {
    try {
      known = await ask("users");
      add.disabled = false;
      render();
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : error.told, "bad");
    }
  }

  async function act(path, name, done) {
    try {
      done(await ask(`users/${path}`, { name }));
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : t("notice.refused", { detail: error.told }), "bad");
    }
    load();
  }

  async function actIfSure(path, { name }, done) {
    if (await sure(`users.${path}`, t(`users.${path}.sure`, { name }), `users.${path}`)) act(path, name, done);
  }

  const change = (one) => openUser(known, cameras, one, () => {
    tell(t("users.saved", { name: one.name }));
    load();
  });
  const done = (one) => () => tell(t("users.saved", { name: one.name }));
  const deed = (key, one, work, shown = true) => shown && el("button.quiet", { type: "button", testid: `${key}-${one.name}`, on: { click: work } }, t(`users.${key}`));

  const standing = (one) =>
    [one.disabled && t("account.disabled"), one.one_time && !one.disabled && t("account.one_time"), one.sessions > 0 && t("account.sessions", { n: one.sessions })].filter(Boolean).join(t("list.comma"));

  const seen = (one) => (one.cameras === null ? t("account.cameras.all") : one.cameras.map((id) => named(cameras.find((camera) => camera.id === id)) || id).join(t("list.and")) || t("account.none"));

  const person = (one) => named(known.people.find((listed) => listed.id === one.person)) || one.person || "";

  function row(one) {
    const deeds = el(
      "div.deeds",
      {},
      deed("change", one, () => change(one)),
      deed("reset", one, () => actIfSure("reset", one, showPassword)),
      deed("end", one, () => act("end", one.name, done(one)), one.sessions > 0),
      one.disabled ? deed("enable", one, () => act("enable", one.name, done(one))) : deed("disable", one, () => actIfSure("disable", one, done(one)), one.name !== me.name),
    );
    const cells = [one.name, roleName(one.role), one.unit, seen(one), person(one), standing(one)].map((text, i) => el("td", { "data-column": COLUMNS[i] }, text));
    return el("tr", { testid: `user-${one.name}`, "data-disabled": one.disabled }, ...cells, el("td", {}, deeds));
  }

  function render() {
    head.replaceChildren(...COLUMNS.map((key) => el("th", { scope: "col" }, t(`account.${key}`))), el("td"));
    body.replaceChildren(...known.users.map(row));
    say(sum, t("users.count", { n: known.users.length }));
  }

  add.addEventListener("click", () => openUser(known, cameras, null, (answer) => {
    load();
    showPassword(answer);
  }));
  onLanguage(render);
  load();
  return el("section.panel.sheet", {}, el("h2", {}, el("span", { text: "page.users" }), sum), el("div.deeds", {}, add), el("table.list.users", { testid: "users" }, el("thead", {}, head), body));
}

openPage("users", (session) => [makeUsers(session)]);

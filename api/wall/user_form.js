// The form of an account: who it is, what it may do, which cameras it sees.
import { makeDeeds, openWindow } from "./asking.js";
import { el, say, show } from "./element.js";
import { ask } from "./session.js";
import { named, t } from "./text.js";

const field = (key, input) => el("label.field", {}, el("span", { text: `account.${key}` }), input);

function makeCameras(cameras, chosen) {
  const all = el("input", { type: "radio", name: "seen", testid: "cameras-all", checked: chosen === null });
  const some = el("input", { type: "radio", name: "seen", testid: "cameras-some", checked: chosen !== null });
  const boxes = cameras.map((one) => el("input", { type: "checkbox", value: one.id, testid: `camera-${one.id}`, checked: chosen?.includes(one.id) }));
  const list = el("div.ticks", {}, ...cameras.map((one, i) => el("label", {}, boxes[i], el("span", {}, named(one)))));
  const render = () => show(list, some.checked);
  for (const one of [all, some]) one.addEventListener("change", render);
  render();
  const choices = el("div.ticks", {}, el("label", {}, all, el("span", { text: "account.cameras.all" })), el("label", {}, some, el("span", { text: "account.cameras.some" })));
  return {
    root: el("fieldset.field", {}, el("legend", { text: "account.cameras" }), choices, list),
    read: () => (all.checked ? null : boxes.filter((one) => one.checked).map((one) => one.value)),
  };
}

/** What is chosen where nobody of the roster is: without it the browser would take the first of them. */
function nobodyYet(people, person) {
  if (person && people.some((one) => one.id === person)) return null;
  return el("option", { value: person ?? "", selected: true }, person ? t("account.person.gone", { person }) : t("account.person.choose"));
}

/**
 * Opens the form.
 * @param {object} known answer of GET /users
 * @param {object[]} cameras of the site
 * @param {object|null} user whose terms are changed; null for a new account
 * @param {function(object): void} done gets the server's answer
 */
export function openUser(known, cameras, user, done) {
  const name = el("input", { type: "text", maxlength: "32", testid: "user-name", autocomplete: "off", spellcheck: "false", value: user?.name, disabled: Boolean(user) });
  const role = el("select", { testid: "user-role" }, ...known.roles.map((one) => el("option", { value: one, text: `role.${one}`, selected: one === (user?.role ?? "operator") })));
  const unit = el("input", { type: "text", maxlength: "64", testid: "user-unit", value: user?.unit });
  const person = el("select", { testid: "user-person" }, nobodyYet(known.people, user?.person), ...known.people.map((one) => el("option", { value: one.id, selected: one.id === user?.person }, `${named(one)} (${one.id})`)));
  const whose = field("person", person);
  const seen = makeCameras(cameras, user?.cameras ?? null);
  const trouble = el("p.trouble", { role: "alert", testid: "trouble", hidden: true });
  const form = el("form.form", { novalidate: true }, field("name", name), field("role", role), whose, field("unit", unit), seen.root, trouble, makeDeeds(user ? "users.save" : "users.make", () => root.close()));
  const isOfficer = () => known.on_duty_roles.includes(role.value);
  const render = () => show(whose, isOfficer());
  role.addEventListener("change", render);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const terms = { name: name.value.trim(), role: role.value, unit: unit.value.trim(), cameras: seen.read(), person: isOfficer() ? person.value || null : null };
    try {
      const answer = await ask(user ? "users/change" : "users/add", terms);
      root.close();
      done(answer);
    } catch (error) {
      say(trouble, error.status === 0 ? t("notice.unreachable") : error.told);
      show(trouble, true);
    }
  });
  render();
  const root = openWindow(user ? "users.change" : "users.add", form);
  (user ? role : name).focus();
}

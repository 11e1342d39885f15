// One's own account: the password, and the way out.
import { change, duty, subscribe } from "./duty.js";
import { el, say, show } from "./element.js";
import { ask, logout } from "./session.js";
import { t } from "./text.js";

const SHORTEST = 10; // characters of a password, as the server wants it

const field = (key, autocomplete) => {
  const input = el("input", { type: "password", autocomplete, testid: `own-${key}`, autocapitalize: "off" });
  return { input, root: el("label", {}, el("span", { text: `own.${key}` }), input) };
};

/** The page of one's own account. */
export function makeOwn() {
  const old = field("old", "current-password");
  const fresh = field("fresh", "new-password");
  const outcome = el("p.sent", { role: "status", testid: "own-outcome" });
  const save = el("button", { type: "submit", testid: "own-save", text: "own.save" });
  const form = el("form", { novalidate: true }, old.root, fresh.root, outcome, save);
  const unsent = el("p.rework", { text: "own.unsent" });
  const leave = el("button", { type: "button", testid: "logout", text: "own.logout", on: { click: () => logout().catch(() => {}).then(() => location.reload()) } });
  const back = el("button.back", { type: "button", text: "task.back", on: { click: () => change({ own: false }) } });
  const root = el("main.own-account", { testid: "own" }, back, el("div.body", {}, form, unsent, leave));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ([...fresh.input.value].length < SHORTEST) {
      say(outcome, t("login.weak", { n: SHORTEST }));
      return;
    }
    save.disabled = true; // a second one would be told that the old password is wrong
    try {
      await ask("profile/password", { old: old.input.value, new: fresh.input.value });
      old.input.value = fresh.input.value = "";
      say(outcome, t("own.saved"));
    } catch (refusal) {
      say(outcome, refusal.status === 0 ? t("login.unreachable") : refusal.told);
    } finally {
      save.disabled = false;
    }
  });

  subscribe(() => {
    show(root, duty.own);
    if (!duty.own) say(outcome, "");
    show(unsent, duty.waiting.length > 0);
    leave.disabled = duty.waiting.length > 0;
  });
  return root;
}

// The way in: name and password; a one-time password is replaced on the spot.
import { retell, el, say, show } from "./element.js";
import { login } from "./session.js";
import { languageNow, onLanguage, switchLanguage, t } from "./text.js";

const SHORTEST = 10; // characters of a password, as the server wants it

/** Name and password of `#login=NAME:PASSWORD`; they leave the address bar at once. */
function fromAddress() {
  const given = /^#login=([^:]*):(.*)$/.exec(location.hash);
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (!given) return ["", ""];
  try {
    return [decodeURIComponent(given[1]), decodeURIComponent(given[2])];
  } catch {
    return [given[1], given[2]];
  }
}

function field(key, type, autocomplete) {
  const input = el("input", { type, autocomplete, testid: `login-${key}`, spellcheck: "false", autocapitalize: "off", required: true });
  return { input, root: el("label", {}, el("span", { text: `login.${key}` }), input) };
}

/** Shows the form; `done` is called once the session has begun. */
export function showLogin(done) {
  const name = field("name", "text", "username");
  const password = field("password", "password", "current-password");
  const fresh = field("fresh", "password", "new-password");
  const again = field("again", "password", "new-password");
  const button = el("button", { type: "submit", testid: "login-submit" });
  const trouble = el("p.trouble", { role: "alert", testid: "login-trouble" });
  const choose = el("p.choose", { text: "login.choose", testid: "login-choose" });
  const tongue = el("button.quiet", { type: "button", text: "head.language", testid: "language", on: { click: switchLanguage } });
  let choosing = false;
  let waitUntil = 0;
  let said = ["", {}];

  const form = el("form", { novalidate: true }, name.root, password.root, choose, fresh.root, again.root, trouble, button);
  const root = el(
    "main.login",
    {},
    el("div.card", {}, el("img", { src: "mark.svg", alt: "" }), el("h1", { text: "login.title" }), el("p.about", { text: "login.about" }), form),
    el("p.tongue", {}, tongue),
  );

  function render() {
    for (const one of [fresh.root, again.root, choose]) show(one, choosing);
    const left = Math.ceil((waitUntil - performance.now()) / 1000);
    button.disabled = left > 0 || root.dataset.busy === "yes";
    say(button, left > 0 ? t("login.wait", { s: left }) : t(choosing ? "login.save" : "login.go"));
    if (said[0] === "throttled" && left <= 0) said = ["", {}];
    say(trouble, said[0] ? t(`login.${said[0]}`, { ...said[1], s: left }) : "");
    show(trouble, Boolean(said[0]));
    retell(root);
    document.title = t("login.title");
  }

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    said = mistake();
    if (!said[0]) {
      root.dataset.busy = "yes";
      render();
      try {
        await login(name.input.value.trim(), password.input.value, choosing ? fresh.input.value : undefined);
        clearInterval(timer);
        done();
        return;
      } catch (error) {
        said = refused(error);
      } finally {
        root.dataset.busy = "";
      }
    }
    render();
    if (choosing && said[0] === "") fresh.input.focus();
  }

  function mistake() {
    if (!name.input.value.trim() || !password.input.value) return ["empty", {}];
    if (choosing && [...fresh.input.value].length < SHORTEST) return ["weak", { n: SHORTEST }];
    if (choosing && fresh.input.value !== again.input.value) return ["differ", {}];
    return ["", {}];
  }

  function refused(error) {
    if (error.key === "new_password_required") {
      choosing = true;
      return ["", {}];
    }
    if (error.key === "throttled") {
      waitUntil = performance.now() + (error.body.retry_after_s ?? 5) * 1000;
      return ["throttled", {}];
    }
    if (error.key === "weak_password") return ["weak", { n: SHORTEST }];
    if (error.key === "credentials") return ["credentials", {}];
    if (error.key === "wrong_door") return error.body.page ? ["phone_at", { page: error.body.page }] : ["phone", {}];
    return error.status === 0 ? ["unreachable", {}] : ["failed", { detail: error.told }];
  }

  const timer = setInterval(() => waitUntil && render(), 250);
  form.addEventListener("submit", submit);
  onLanguage(render);
  [name.input.value, password.input.value] = fromAddress();
  document.body.replaceChildren(root);
  document.documentElement.lang = languageNow() === "zh" ? "zh-CN" : "en";
  render();
  (name.input.value ? button : name.input).focus();
}

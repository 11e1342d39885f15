// One's own account: who one is, a new password, and where one is signed in.
import { dayOf, minuteOfDay } from "./clock.js";
import { el, say, show } from "./element.js";
import { tell } from "./notice.js";
import { openPage } from "./page.js";
import { ask } from "./session.js";
import { named, onLanguage, t } from "./text.js";
import { roleName } from "./who.js";

const SHORTEST = 10; // characters of a password, as the server wants it

function makeAbout({ user, cameras }) {
  const facts = [
    ["name", () => user.name],
    ["role", () => roleName(user.role)],
    ["unit", () => user.unit || t("account.none")],
    ["cameras", () => (user.cameras === null ? t("account.cameras.all") : cameras.filter((one) => user.cameras.includes(one.id)).map(named).join(t("list.and")) || t("account.none"))],
  ].map(([key, read]) => ({ key, read, value: el("dd", { testid: `about-${key}` }) }));
  const render = () => facts.forEach(({ read, value }) => say(value, read()));
  onLanguage(render);
  render();
  return el("section.panel.sheet", {}, el("h2", { text: "profile.about" }), el("dl.facts", {}, ...facts.flatMap(({ key, value }) => [el("dt", { text: `account.${key}` }), value])));
}

function makePassword(changed) {
  const [old, fresh, again] = [["old", "current"], ["fresh", "new"], ["again", "new"]].map(([key, kind]) => el("input", { type: "password", autocomplete: `${kind}-password`, testid: `password-${key}` }));
  const trouble = el("p.trouble", { role: "alert", testid: "password-trouble", hidden: true });
  const field = (text, input) => el("label.field", {}, el("span", { text }), input);
  const save = el("button.do", { type: "submit", text: "profile.change", testid: "password-change" });
  const form = el("form.form", { novalidate: true }, field("profile.old", old), field("login.fresh", fresh), field("login.again", again), trouble, el("div.deeds", {}, save));

  function mistake() {
    if ([...fresh.value].length < SHORTEST) return t("login.weak", { n: SHORTEST });
    return fresh.value === again.value ? "" : t("login.differ");
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let said = mistake();
    if (!said) {
      save.disabled = true; // a second one would be told that the old password is wrong
      try {
        await ask("profile/password", { old: old.value, new: fresh.value });
        form.reset();
        tell(t("profile.changed"));
        changed();
      } catch (error) {
        said = error.key === "credentials" ? t("profile.wrong") : error.key === "throttled" ? t("login.throttled", { s: error.body.retry_after_s }) : error.status === 0 ? t("notice.unreachable") : error.told;
      }
      save.disabled = false;
    }
    say(trouble, said);
    show(trouble, Boolean(said));
  });
  return el("section.panel.sheet.narrow", {}, el("h2", { text: "profile.password" }), form);
}

/** What a browser says it is, as short as people know it. */
function browserOf(agent) {
  const name = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((one) => agent.includes(`${one}/`));
  const system = ["Windows", "Android", "iPhone", "Mac OS", "Linux"].find((one) => agent.includes(one));
  return [{ Edg: "Edge", OPR: "Opera" }[name] ?? name, system].filter(Boolean).join(" · ") || agent;
}

const when = (iso) => `${dayOf(Date.parse(iso))} ${minuteOfDay(iso)}`;

function makeSessions() {
  const COLUMNS = ["created", "last_seen", "address", "browser", "door"];
  const head = el("tr");
  const body = el("tbody");
  const others = el("button.quiet", { type: "button", text: "sessions.others", testid: "end-others", on: { click: () => act("sessions/end-others", {}) } });
  let known = [];

  async function act(path, asked) {
    try {
      await ask(`profile/${path}`, asked);
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : error.told, "bad");
    }
    load();
  }

  async function load() {
    known = await ask("profile/sessions").catch(() => known);
    render();
  }

  function row(one) {
    const end = one.this
      ? el("b.this", { text: "sessions.this" })
      : el("button.quiet", { type: "button", testid: "end-session", on: { click: () => act("sessions/end", { key: one.key }) } }, t("sessions.end"));
    const cells = [when(one.created), when(one.last_seen), one.address, browserOf(one.agent), t(`door.${one.door}`)];
    return el("tr", { testid: "session" }, ...cells.map((text) => el("td", {}, text)), el("td", {}, end));
  }

  function render() {
    head.replaceChildren(...COLUMNS.map((key) => el("th", { scope: "col" }, t(`sessions.${key}`))), el("td"));
    body.replaceChildren(...known.map(row));
    show(others, known.length > 1);
  }

  onLanguage(render);
  load();
  return { root: el("section.panel.sheet", {}, el("h2", { text: "sessions.title" }), el("table.list", { testid: "sessions" }, el("thead", {}, head), body), el("div.deeds", {}, others)), load };
}

openPage("profile", (session) => {
  const sessions = makeSessions();
  return [el("div.beside", {}, makeAbout(session), makePassword(sessions.load)), sessions.root];
});

// The frame of every page beside the wall: signs in, shows where one is and where one may go, and what the page is for.
import { heard, setZone } from "./clock.js";
import { el, retell, say } from "./element.js";
import { showLogin } from "./login.js";
import { noticePlace } from "./notice.js";
import { goHome, mayOpen } from "./pages.js";
import { onSessionLost, resume } from "./session.js";
import { languageNow, named, onLanguage, speak, t } from "./text.js";
import { makeLeave, makeNavigation, makeTongue, makeWho } from "./who.js";

const RETRY_MS = 2000;

function makeHead(session, key) {
  const name = el("h1");
  const render = () => {
    say(name, t("page.title", { site: named(session.site), page: t(`page.${key}`) }));
    document.title = name.textContent;
  };
  onLanguage(render);
  render();
  const person = el("div.person", {}, makeWho(session.user, key), makeTongue(), makeLeave());
  return el("header.head", {}, name, makeNavigation(session.user, key), person);
}

/**
 * Opens the page of that key: whoever is not signed in signs in here, whoever may not see it goes where they belong.
 * @param {string} key one of pages.js
 * @param {function(object): Node[]} make makes what stands below the head, from the answer of GET /session
 */
export async function openPage(key, make) {
  try {
    const session = await resume();
    if (!mayOpen(key, session.user)) {
      goHome(session.user);
      return;
    }
    onSessionLost(() => location.reload());
    heard(session.now);
    setZone(session.site.timezone);
    document.body.replaceChildren(el("div.page", { testid: `page-${key}` }, makeHead(session, key), el("main.sheets", {}, ...make(session))), noticePlace());
    onLanguage(() => retell(document.body));
  } catch (error) {
    if (error.key === "no_session") {
      showLogin(() => openPage(key, make));
      return;
    }
    document.body.replaceChildren(el("p.starting", { role: "status" }, t("start.waiting", { detail: error.told ?? "" })));
    if (error.status === undefined) throw error; // our own mistake: let the console tell
    setTimeout(() => openPage(key, make), RETRY_MS);
  }
}

speak(languageNow());

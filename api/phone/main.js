// The officers' page: signs in, then shows what is to be done, one thing at a time.
import { listenForTouch } from "./call.js";
import { heard, setZone } from "./clock.js";
import { change, duty, standing, subscribe, tick } from "./duty.js";
import { el, retell } from "./element.js";
import { makeHead } from "./head.js";
import { askNow, followInbox } from "./inbox.js";
import { makeList } from "./list.js";
import { showLogin } from "./login.js";
import { openOutbox } from "./outbox.js";
import { makeOwn } from "./own.js";
import { onSessionLost, resume } from "./session.js";
import { makeTask } from "./task.js";
import { languageNow, named, onLanguage, speak, t } from "./text.js";

const RETRY_MS = 3000;

function showDuty(session) {
  duty.session = session;
  heard(session.now);
  setZone(session.site.timezone);
  onSessionLost(() => location.reload()); // what waits is kept, and goes on after the login
  document.body.replaceChildren(el("div.phone", { testid: "phone" }, makeHead(), makeList(), makeTask(), makeOwn()));
  onLanguage(() => {
    retell(document.body);
    change();
  });
  subscribe(() => {
    const fresh = standing().filter((task) => task.state === "SENT").length;
    document.title = `${fresh ? `(${fresh}) ` : ""}${t("head.title")} · ${named(session.site)}`;
  });
  listenForTouch();
  tick();
  openOutbox(askNow);
  followInbox();
  change();
}

async function start() {
  try {
    showDuty(await resume());
  } catch (error) {
    if (error.key === "no_session") {
      showLogin(start);
      return;
    }
    document.body.replaceChildren(el("p.starting", { role: "status" }, t("start.waiting", { detail: error.told ?? "" })));
    if (error.status === undefined) throw error; // our own mistake: let the console tell
    setTimeout(start, RETRY_MS);
  }
}

speak(languageNow());
start();

// The alert wall: signs in, lays the page out, and keeps it up to date.
import { makeBanners } from "./banner.js";
import { makeBlind } from "./blind.js";
import { heard, setZone } from "./clock.js";
import { keepDetails } from "./details.js";
import { el, retell } from "./element.js";
import { follow } from "./feed.js";
import { makeFlow } from "./flow.js";
import { makeFoot, makeHelp } from "./foot.js";
import { makeHeader } from "./header.js";
import { listenToKeys } from "./keys.js";
import { showLogin } from "./login.js";
import { makeDuty } from "./duty.js";
import { makeIncidents } from "./incidents.js";
import { makeMap } from "./map.js";
import { noticePlace } from "./notice.js";
import { goHome, mayOpen } from "./pages.js";
import { makeQueue } from "./queue.js";
import { moveOn } from "./selection.js";
import { onSessionLost, resume } from "./session.js";
import { listen, ring } from "./sound.js";
import { makeStage } from "./stage.js";
import { change, onTick, state, subscribe } from "./state.js";
import { makeTiles } from "./tiles.js";
import { languageNow, named, onLanguage, speak, t } from "./text.js";

const RETRY_MS = 2000;

function showWall(session) {
  onSessionLost(() => location.reload());
  state.session = session;
  heard(session.now);
  setZone(session.site.timezone);
  const spoken = el("p.spoken", { "aria-live": "polite" });
  document.body.replaceChildren(
    el(
      "div.wall",
      { testid: "wall" },
      makeHeader(),
      makeBanners(),
      el(
        "main.left",
        {},
        makeTiles(),
        makeStage(),
        el("section.panel.ground", { label: "map.title" }, makeMap(), makeDuty(), makeFlow()),
      ),
      el("aside.right", {}, makeQueue(), makeIncidents()),
      makeFoot(),
    ),
    makeHelp(),
    makeBlind(),
    noticePlace(),
    spoken,
  );
  onLanguage(() => {
    retell(document.body);
    change();
  });
  subscribe(moveOn);
  onTick(moveOn);
  keepDetails();
  listen();
  listenToKeys();
  follow((alert) => {
    ring(alert.level);
    spoken.textContent = t("spoken.alert", { level: alert.level, what: named(session.codes[alert.code]), where: named(session.cameras.find((one) => one.id === alert.camera)) || t("stage.system") });
  });
  change();
}

async function start() {
  try {
    const session = await resume();
    if (mayOpen("wall", session.user)) showWall(session);
    else goHome(session.user);
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

// The liaison's page: what was handed to the police, what still waits for a receipt, and a receipt by one key.
import { heard } from "./clock.js";
import { el, say, show } from "./element.js";
import { makeHanded } from "./liaison_case.js";
import { makeWaiting } from "./liaison_list.js";
import { tell } from "./notice.js";
import { openPage } from "./page.js";
import { STATUSES, waitingTarget } from "./police_words.js";
import { ask } from "./session.js";
import { onLanguage, t } from "./text.js";

const ASK_MS = 2000;
const SILENT_MS = 8000; // four answers that did not come

function makeLiaison(session) {
  const page = { session, incidents: [], chosen: null, at: 0, heardAt: performance.now() };
  const lost = el("p.told.lost", { role: "alert", testid: "liaison-lost" });
  const list = makeWaiting(page, choose);
  const one = makeHanded(page, give);
  show(lost, false);

  function choose(id) {
    page.chosen = id;
    page.at = page.incidents.findIndex((one) => one.id === id);
    render();
  }

  const chosen = () => page.incidents.find((known) => known.id === page.chosen) ?? null;

  let giving = Promise.resolve();

  /** One after the other, each of the incident and with the words of when it was given. */
  function give(status) {
    const [handed, words] = [chosen(), one.words()];
    if (handed) giving = giving.then(() => hand(handed, words, status));
  }

  async function hand(handed, words, status) {
    try {
      await ask(`liaison/${handed.id}/receipts`, { target: waitingTarget(handed).target, status, ...words });
      one.clear(handed.id, words);
      tell(t("liaison.given", { status: t(`receipt.${status}`), no: handed.no }));
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : t("notice.refused", { detail: error.told }), "bad");
    } finally {
      load();
    }
  }

  async function load() {
    try {
      const { now, incidents } = await ask("liaison");
      heard(now);
      page.heardAt = performance.now();
      page.incidents = [...incidents].sort((a, b) => Number(Boolean(waitingTarget(a).received)) - Number(Boolean(waitingTarget(b).received)));
      if (!chosen()) page.chosen = page.incidents[0]?.id ?? null;
    } catch {
      // told below, once it has lasted
    }
    render();
  }

  function render() {
    list.render();
    one.render(chosen());
    tick();
  }

  function tick() {
    const silence = performance.now() - page.heardAt;
    show(lost, silence > SILENT_MS);
    if (silence > SILENT_MS) say(lost, t("liaison.lost", { s: Math.floor(silence / 1000) }));
    list.tick();
    one.tick();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (document.activeElement?.matches("input, textarea")) {
      if (event.key === "Escape") document.activeElement.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "r") give("RECEIVED");
    else if (/^[1-6]$/.test(key)) give(STATUSES[Number(key) - 1]);
    else if (key === "arrowdown" || key === "arrowup") list.step(key === "arrowdown" ? 1 : -1);
    else if (key === "v" || key === "c") one.look(key === "v" ? "snapshot" : "clip");
    else return;
    event.preventDefault();
  });
  onLanguage(render);
  load();
  setInterval(load, ASK_MS);
  setInterval(tick, 500);
  return [lost, el("div.desk", {}, list.root, one.root)];
}

openPage("liaison", makeLiaison);

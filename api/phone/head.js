// The head of the page: whose phone it is, how old what it shows is, and across its whole width that there is no link.
import { audible } from "./call.js";
import { span } from "./clock.js";
import { change, duty, onTick, subscribe } from "./duty.js";
import { el, say, show } from "./element.js";
import { SILENT_MS } from "./inbox.js";
import { switchLanguage, t } from "./text.js";

const silence = () => (duty.heardAt === null ? null : performance.now() - duty.heardAt);

/** The head. */
export function makeHead() {
  const who = el("button.who", { type: "button", testid: "who", on: { click: () => change({ own: !duty.own }) } });
  const age = el("span.age", { testid: "age" });
  const tongue = el("button", { type: "button", testid: "language", text: "head.language", on: { click: switchLanguage } });
  const link = el("p.banner.bad", { role: "alert", testid: "banner-link" });
  const sound = el("p.banner.sound", { testid: "banner-sound", text: "head.sound" });
  const unsent = el("p.banner.look", { role: "status", testid: "banner-unsent" });
  const told = el("p.banner.look", { role: "alert", testid: "told" });

  let mute = ""; // where one was when no sound was to be heard

  /** Asks for a touch, and keeps its room until one goes elsewhere: it moves nothing under the very thumb that it asked for. */
  function askForTouch() {
    const here = [duty.open, duty.own, duty.gone?.id].join();
    if (!audible()) mute = here;
    show(sound, mute === here);
    sound.classList.toggle("done", audible());
  }

  function render() {
    const quiet = silence();
    const lost = quiet === null ? performance.now() > SILENT_MS : quiet > SILENT_MS;
    say(who, duty.session.user.name);
    const waits = duty.waiting.length;
    const again = duty.waiting.some((entry) => entry.tried);
    // What goes out at once is told beside the name: a banner that comes and goes would move what a thumb is about to touch.
    say(age, waits && !again ? t("head.sending", { n: waits }) : quiet === null ? "" : t("head.age", { age: span(quiet / 1000) }));
    show(link, lost);
    say(link, lost ? t("head.lost", { age: span((quiet ?? performance.now()) / 1000) }) : "");
    askForTouch();
    show(unsent, again);
    say(unsent, again ? t("head.retrying", { n: waits }) : "");
    show(told, Boolean(duty.told));
    say(told, duty.told);
  }

  subscribe(render);
  onTick(render);
  return el("header", {}, el("div.bar", {}, who, age, tongue), link, unsent, told, sound);
}

// A signed link: shows the clip or the picture of an alert to somebody without an account, for some hours.
import { selected } from "./alerts.js";
import { clipOf } from "./clip.js";
import { dayOf, minuteOfDay } from "./clock.js";
import { outdate } from "./details.js";
import { cap, el, say, show } from "./element.js";
import { tell } from "./notice.js";
import { mayLook } from "./reasons.js";
import { ask } from "./session.js";
import { change, state, subscribe } from "./state.js";
import { t } from "./text.js";

const HOURS = [1, 8, 24]; // by the digits 1 to 3; the server allows a day at most

let made = null; // {alert, kind, url, expires} of the link that is shown

const isWhole = (evidence) => Boolean(evidence?.sha256) && evidence.state !== "removed";

/** What a link to the selected alert would show: what the stage shows, if that is whole, else what is; null for nothing. */
function kindOf(alert) {
  const whole = { clip: isWhole(clipOf(alert)), snapshot: isWhole(alert?.evidence?.snapshot) };
  const order = state.picture === "clip" ? ["clip", "snapshot"] : ["snapshot", "clip"];
  return order.find((kind) => whole[kind]) ?? null;
}

/** Whether the role may make links. */
export const mayShare = () => state.session.user.rights.includes("share");

/** Asks for how long the link shall live, or closes what was asked or shown. */
export function openShare() {
  const alert = selected();
  if (!alert || !mayShare() || !mayLook(alert)) return;
  if (kindOf(alert) === null) tell(t("share.none"), "look");
  else change({ menu: state.menu === "link" || state.menu === "linked" ? null : "link" });
}

/** Makes a link that lives as long as the n-th choice says. */
export async function share(n) {
  const alert = selected();
  const [hours, kind] = [HOURS[n - 1], kindOf(alert)];
  if (!hours || !kind || state.acting) return;
  change({ acting: alert.id });
  try {
    const { url, expires } = await ask(`alerts/${alert.id}/evidence/${kind}/link`, { minutes: hours * 60 });
    made = { alert: alert.id, kind, url: new URL(url, location.href).href, expires };
    outdate(alert.id); // its history has one deed more
    change({ menu: "linked" });
  } catch (error) {
    change({ menu: null });
    tell(error.status === 0 ? t("notice.unreachable") : t("share.refused", { detail: error.told }), "bad");
  } finally {
    change({ acting: null });
  }
}

/** The button that opens it. */
export const shareButton = () =>
  el("button.share", { type: "button", testid: "share", on: { click: openShare } }, el("span", { text: "share.open" }), cap("S"));

/** The choice of a life, then the link. */
export function makeShare() {
  const which = el("p");
  const lives = HOURS.map((hours, i) =>
    el("button", { type: "button", testid: `share-${hours}`, on: { click: () => share(i + 1) } }, el("span", { text: `share.${hours}` }), cap(String(i + 1))),
  );
  const choice = el("div.lives", {}, ...lives);
  const address = el("output.address", { testid: "share-url" });
  const until = el("small");
  const copied = el("span.copied", { role: "status", testid: "share-copied" });
  const link = el("div.made", {}, address, el("div.below", {}, el("button", { type: "button", testid: "share-copy", text: "share.copy", on: { click: copy } }), copied, until));
  const root = el("div.sharing", { role: "group", label: "share.label", testid: "sharing" }, which, choice, link);
  let shown = null;
  let outcome = ""; // the string that says whether it was copied

  async function copy() {
    const copying = navigator.clipboard?.writeText(made.url) ?? Promise.reject(); // without TLS only on this machine
    outcome = await copying.then(() => "share.copied", () => "share.by_hand");
    change();
  }

  subscribe(() => {
    const alert = selected();
    const asked = state.menu === "link" ? kindOf(alert) : null;
    const told = state.menu === "linked" && made?.alert === alert?.id ? made : null;
    show(root, Boolean(asked || told));
    show(choice, Boolean(asked));
    show(link, Boolean(told));
    if (asked || told) say(which, t(told ? "share.made" : "share.which", { what: t(`picture.${asked ?? told.kind}`) }));
    if (told) {
      say(address, told.url);
      say(copied, outcome && t(outcome));
      say(until, t("share.until", { day: dayOf(Date.parse(told.expires)), at: minuteOfDay(told.expires) }));
    }
    if (told === shown) return;
    shown = told;
    outcome = "";
    if (told) copy();
  });
  return root;
}

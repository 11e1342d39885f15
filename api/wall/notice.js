// A word about what just happened, which goes away by itself.
import { el } from "./element.js";

const SHOWN_MS = 6000;
const place = el("div.notices", { role: "alert", testid: "notices" });

/** The place of the notices. */
export const noticePlace = () => place;

/** Tells; `kind` is good, look or bad. */
export function tell(text, kind = "good") {
  const node = el(`p.notice.${kind}`, {}, text);
  place.append(node);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS);
}

// Says across the whole width what makes a quiet wall untrustworthy.
import { SILENT_MS } from "./feed.js";
import { serverNow, span } from "./clock.js";
import { el, say } from "./element.js";
import { onTick, state, subscribe } from "./state.js";
import { t } from "./text.js";

const DESK_SILENT_S = 5;

/** The banners that hold now: [key, values], gravest first. */
export function banners() {
  const told = [];
  const silence = state.statusAt === null ? 0 : performance.now() - state.statusAt;
  if (state.feed === "lost" && silence > SILENT_MS) return [["link", { lasted: span(silence / 1000) }], ...quietOnes()];
  if (state.status) {
    const { watch, desk, redis } = state.status;
    if (redis === false) told.push(["redis", {}]);
    const deskAge = desk ? (serverNow() - instant(desk.at)) / 1000 : Infinity;
    if (deskAge > DESK_SILENT_S && redis !== false) told.push([desk ? "desk.since" : "desk", { lasted: desk ? span(deskAge) : "" }]);
    if (!watch && redis !== false) told.push(["watch", {}]);
    if (watch?.storage?.trouble) told.push([`storage.${watch.storage.trouble}`, { free: (watch.storage.free / 2 ** 30).toFixed(1) }]);
  }
  return [...told, ...quietOnes()];
}

const instant = (at) => (typeof at === "number" ? at / 1000 : Date.parse(at));

function quietOnes() {
  return state.soundAllowed ? [] : [["sound", {}]];
}

/** The place of the banners. */
export function makeBanners() {
  const root = el("div.banners", { "aria-live": "assertive", testid: "banners" });
  const shown = new Map();
  function render() {
    const now = banners();
    for (const [key, node] of shown) {
      if (now.some(([other]) => other === key)) continue;
      node.remove();
      shown.delete(key);
    }
    for (const [key, values] of now) {
      if (!shown.has(key)) {
        shown.set(key, el(`p.banner.${key.split(".")[0]}`, { testid: `banner-${key.split(".")[0]}` }));
        root.append(shown.get(key));
      }
      say(shown.get(key), t(`banner.${key}`, values));
    }
  }
  subscribe(render);
  onTick(render);
  return root;
}

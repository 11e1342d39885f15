// Why an alert fired: what was measured against what was allowed, in a sentence.
import { placeOf } from "./alerts.js";
import { span } from "./clock.js";
import { el } from "./element.js";
import { state } from "./state.js";
import { known, named, t } from "./text.js";

const COUNTED = { persons: "person", two_wheelers: "two_wheeler", vehicles: "vehicle", bags: "bag", things: null }; // figure → label key
const MINUTES_S = 100; // longer times are read in minutes

const number = (value) => (typeof value === "number" ? String(Math.round(value * 10) / 10) : String(value));

/** A figure with its unit, which the name ends with: dwell_s → 3.2 s. */
export function figure(name, value) {
  if (name === "direction") return known(`direction.${value}`) ? t(`direction.${value}`) : String(value);
  if (name.endsWith("_s")) return typeof value === "number" && value >= MINUTES_S ? span(value) : `${number(value)} s`;
  return name.endsWith("_pct") ? `${number(value)} %` : number(value);
}

const nameOf = (name) => (known(`figure.${name}`) ? t(`figure.${name}`) : name);

/** Who or what it was about: 2 人, or 1 人、1 机动车. */
export function who(alert) {
  const counts = new Map();
  for (const subject of alert.subjects) counts.set(subject.key, (counts.get(subject.key) ?? 0) + 1);
  for (const [name, key] of Object.entries(COUNTED)) {
    if (key && !counts.size && alert.observed[name]) counts.set(key, alert.observed[name]);
  }
  if (!counts.size && alert.observed.things) return t("why.things", { n: alert.observed.things });
  return [...counts].map(([key, n]) => t("why.subject", { n, label: named(state.session.labels[key]) })).join(t("list.and"));
}

/** A few words for the queue. */
export function inShort(alert) {
  const { lasting_s: lasting, direction } = alert.observed;
  const parts = [];
  for (const name of ["dwell_s", "against_s", "hit_s", "passed"].filter((one) => one in alert.observed)) {
    parts.push(`${figure(name, alert.observed[name])} ≥ ${figure(name, alert.threshold[name] ?? 0)}`);
  }
  if (lasting !== undefined) parts.push(alert.ended ? t("why.over", { lasted: figure("lasting_s", lasting) }) : t("why.lasting"));
  if (direction !== undefined) parts.push(figure("direction", direction));
  parts.push(who(alert));
  if (alert.count > 1) parts.push(t("why.times", { n: alert.count }));
  return parts.filter(Boolean).join(" · ");
}

/** The sentence, with its figures set off. */
export function sentence(alert) {
  const place = named(placeOf(alert)) || alert.place;
  const key = `why.${alert.code}`;
  const values = { place, who: who(alert) || t("why.someone"), window: alert.threshold.window_min };
  const opening = known(key) ? t(key, values) : t("why.other", { ...values, code: alert.code });
  const spare = alert.count > 1 ? ["direction"] : ["in", "out"]; // one crossing has a direction, several have sums
  const told = Object.entries(alert.observed).filter(([name]) => !("direction" in alert.observed) || !spare.includes(name));
  const measured = told.map(([name, value]) => {
    const limit = name in COUNTED && alert.threshold[name] <= 1 ? undefined : alert.threshold[name];
    return el(
      "span.measure",
      {},
      `${nameOf(name)} `,
      el("b", {}, figure(name, value)),
      limit === undefined || limit === value ? null : el("span.limit", {}, t("why.limit", { limit: figure(name, limit) })),
    );
  });
  if (alert.count > 1) measured.push(el("span.measure", {}, `${t("why.merged")} `, el("b", {}, t("why.times", { n: alert.count }))));
  return [el("span.opening", {}, opening), ...measured];
}

// A picture of each alert, and of each event that has none.
import { el } from "./element.js";
import { levelMark } from "./level.js";
import { boxes, open, places, sheet } from "./player.js";
import { clock, codeName, happenings, pictureOf, run, suspected, VERDICTS, verdictName, where } from "./run.js";
import { onLanguage, t } from "./text.js";

const ORDER = ["missed", "false", "gained", "lost", "changed", "repeated", "found", "unscored"]; // what asks for a look comes first
const MOST = 300; // cards; more would make the page slow, and nobody looks at them

// What two results both have stands on the time line alone.
const inOrder = happenings
  .filter((h) => h.verdict !== "kept")
  .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || a.at - b.at);
const there = ORDER.filter((verdict) => inOrder.some((h) => h.verdict === verdict));

export function makeCards() {
  const list = el("ol.cards", { testid: "cards" });
  const filters = el("span.filters");
  let chosen = null;

  function tell() {
    const some = inOrder.filter((h) => chosen === null || h.verdict === chosen);
    list.replaceChildren(...some.slice(0, MOST).map(card));
    if (some.length > MOST) list.append(el("li.more", {}, t("cards.more", { n: some.length - MOST })));
    if (!some.length) list.append(el("li.more", { testid: "no-alerts" }, t("cards.none")));
    filters.replaceChildren(...(there.length > 1 ? [null, ...there] : []).map(filter));
  }

  function filter(verdict) {
    const number = verdict ? inOrder.filter((h) => h.verdict === verdict).length : inOrder.length;
    return el(
      `button.quiet${verdict ? `.${verdict}` : ""}`,
      {
        testid: `only-${verdict ?? "all"}`,
        "aria-pressed": String(chosen === verdict),
        on: { click: () => ((chosen = verdict), tell()) },
      },
      verdict ? `${VERDICTS[verdict]} ${verdictName(verdict)} ${number}` : `${t("cards.all")} ${number}`,
    );
  }

  onLanguage(tell);
  tell();
  return el("section.panel.alerts", {}, el("h2", {}, el("span", { text: "cards.title" }), filters), list);
}

function card(happening) {
  const { verdict, code, level } = happening;
  const still = run.stills[pictureOf(happening)];
  const image = still && el("img", { src: `data:image/jpeg;base64,${still.jpeg}`, alt: "", loading: "lazy" });
  return el(
    `li.card.${verdict}`,
    { testid: `card-${verdict}` },
    el(
      "button",
      { on: { click: () => open(happening) } },
      el("div.screen", {}, image, still && sheet(...places(), ...boxes(still.tracks, new Set(happening.subjects), { words: false }))),
      el(
        "div.about",
        {},
        el("strong.verdict", {}, `${VERDICTS[verdict]} ${verdictName(verdict)}`),
        level && levelMark(level),
        el("strong", {}, `${suspected(code) ? t("cards.suspected") : ""}${codeName(code)}`),
        el("span.code", {}, code),
      ),
      el("div.where", {}, [where(happening), span(happening)].filter(Boolean).join(" · ")),
      ...lines(happening).map((line) => el("div.figures", {}, line)),
    ),
  );
}

function span({ began_s: began, ended_s: ended, from_s: from, to_s: to }) {
  if (began === undefined) return `${t("timeline.truth")} ${clock(from)} – ${clock(to)}`;
  return `${clock(began)} – ${ended === null ? t("timeline.on") : clock(ended)}`;
}

/** What was measured against what, and what the truth says. */
function lines({ observed, threshold, count, event, lost, change, detected_s: detected, began_s: began, verdict }) {
  const told = [];
  if (observed) {
    told.push(Object.entries(observed).map(([name, value]) => `${name} ${value}${name in (threshold ?? {}) ? ` / ${threshold[name]}` : ""}`).join(" · "));
    told.push(t("cards.raised", { s: (detected - began).toFixed(1), n: count }));
  }
  if (event && verdict === "found") told.push(t("cards.after", { s: event.after_s.toFixed(1) }));
  if (verdict === "found" && event?.count && event.count !== count) told.push(t("cards.miscounted", { n: event.count }));
  if (lost && !run.results) told.push(t("cards.lost"));
  if (change) told.push(Object.entries(change).map(([what, [before, after]]) => `${t(`cards.${what}`)} ${before} → ${after}`).join(" · "));
  return told;
}

// The page of a replay, from its head to its figures.
import { makeCards } from "./cards.js";
import { el, retell } from "./element.js";
import { makePlayer, open } from "./player.js";
import { clock, figure, happenings, run } from "./run.js";
import { makeChange, makeCounts, makeRules, makeSaid, makeSpeed } from "./tables.js";
import { languageNow, named, onLanguage, speak, switchLanguage, t } from "./text.js";
import { makeTimeline } from "./timeline.js";

function sums() {
  const all = run.truth?.all;
  const pairs = all
    ? [
        ["missed", String(all.missed), all.missed && "bad"],
        ["false", String(all.false), all.false && "bad"],
        ["f1", figure(all.f1, 3)],
        ["precision", figure(all.precision, 3)],
        ["recall", figure(all.recall, 3)],
        ["per_hour", figure(all.false_per_hour, 1)],
      ]
    : [["alerts", String(run.alerts.length)]];
  return [...pairs, ["seconds", clock(run.seconds)], ["fast", `${figure(run.speed, 1)}×`]].map(([name, value, mood]) =>
    el(mood ? `div.sum.${mood}` : "div.sum", { testid: `sum-${name}` }, el("strong", {}, value), el("span", {}, t(`sum.${name}`))),
  );
}

function head() {
  const name = el("h1");
  const about = el("p");
  const figures = el("div.sums");
  const tell = () => {
    name.textContent = `${t("head.title")} · ${named(run.camera)}`;
    const began = new Date(run.began).toLocaleString(languageNow() === "zh" ? "zh-CN" : "en-GB", { timeZone: run.timezone });
    about.textContent = [run.camera.id, `${began} ${run.timezone}`, run.model, t("head.fps", { n: run.fps })].join(" · ");
    figures.replaceChildren(...sums());
    document.title = `Kanmen · ${name.textContent}`;
  };
  onLanguage(tell);
  tell();
  return el(
    "header.top",
    {},
    el("div", {}, name, about),
    figures,
    el("button.quiet", { testid: "language", text: "head.language", on: { click: switchLanguage } }),
  );
}

const below = el(
  "div.report",
  { testid: "report" },
  head(),
  !run.truth && el("p.untrue", { testid: "no-truth", text: "head.no_truth" }),
  run.truth && !run.truth.events.length && el("p.untrue", { text: "head.silent" }),
  makeTimeline(),
  el("div.look", {}, makePlayer(), makeCards()),
  makeRules(),
  makeChange(),
  el("div.side", {}, makeSpeed(), el("div.stack", {}, makeCounts(), makeSaid())),
  el("p.kept", { text: "head.kept" }),
);
document.body.append(below);
onLanguage(() => retell(below));
speak(languageNow());
if (happenings.length) open(happenings.find((h) => h.verdict === "missed" || h.verdict === "false") ?? happenings[0]);

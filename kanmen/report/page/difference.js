// Two results side by side: what the newer one gained and lost.
import { makeCards } from "./cards.js";
import { el, retell } from "./element.js";
import { makePlayer, open } from "./player.js";
import { clock, happenings, pictureOf, run } from "./run.js";
import { makeChange, table, told } from "./tables.js";
import { languageNow, onLanguage, speak, switchLanguage, t } from "./text.js";
import { makeTimeline } from "./timeline.js";

const SUMS = ["gained", "lost", "changed", "kept"];

function head() {
  const name = el("h1", { text: "diff.title" });
  const figures = el("div.sums");
  const tell = () => {
    figures.replaceChildren(
      ...SUMS.map((what) =>
        el("div.sum", { testid: `sum-${what}` }, el("strong", {}, String(run.sums[what])), el("span", {}, t(`verdict.${what}`))),
      ),
    );
    document.title = `Kanmen · ${t("diff.title")}`;
  };
  onLanguage(tell);
  tell();
  return el(
    "header.top",
    {},
    el("div", {}, name, el("p", {}, run.results.map((one) => one.name).join(" → "))),
    figures,
    el("button.quiet", { testid: "language", text: "head.language", on: { click: switchLanguage } }),
  );
}

/** Which result is which, and whether they are of the same footage at all. */
function makeResults() {
  const [old, fresh] = run.results;
  const unlike = old.began !== fresh.began || Math.abs(old.seconds - fresh.seconds) > 1;
  return told("results", "diff.results", () => [
    table(
      ["which", "file", "began", "seconds", "frames", "alerts"].map((column) => t(`diff.${column}`)),
      run.results.map((one, number) => [
        t(number ? "diff.newer" : "diff.older"),
        one.name,
        one.began ? one.began.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, " UTC") : "—",
        clock(one.seconds),
        String(one.frames),
        String(one.alerts),
      ]),
    ),
    unlike && el("p.hint", { testid: "unlike" }, t("diff.unlike")),
  ].filter(Boolean));
}

const below = el(
  "div.report",
  { testid: "report" },
  head(),
  !run.sums.gained && !run.sums.lost && !run.sums.changed && el("p.untrue", { testid: "no-difference", text: "diff.none" }),
  makeTimeline(),
  el("div.look", {}, makePlayer(), makeCards()),
  makeChange(),
  makeResults(),
  el("p.kept", { text: run.stills.length ? "head.kept" : "diff.no_pictures" }),
);
document.body.append(below);
onLanguage(() => retell(below));
speak(languageNow());
const first = happenings.find((h) => h.verdict !== "kept" && pictureOf(h) !== null);
if (first) open(first);

// The figures: by code, by line, where the time went, what was read and what was left out.
import { el } from "./element.js";
import { codeName, figure, placeName, run, where } from "./run.js";
import { named, onLanguage, t } from "./text.js";

/** A section that is told again when the language changes. */
export function told(name, heading, parts) {
  const body = el("div.body");
  const tell = () => body.replaceChildren(...parts());
  onLanguage(tell);
  tell();
  return el(`section.panel.${name}`, { testid: name }, el("h2", {}, el("span", { text: heading })), body);
}

export function table(heads, rows, total = -1) {
  const cell = (tag) => (text, column) => el(column ? `${tag}.figure` : tag, {}, text);
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...heads.map(cell("th")))),
    el("tbody", {}, ...rows.map((row, number) => el(number === total ? "tr.total" : "tr", {}, ...row.map(cell("td"))))),
  );
}

const SCORED = ["code", "events", "found", "missed", "false", "repeated", "precision", "recall", "f1", "after", "slowest", "per_hour"];
const UNSCORED = ["code", "alerts", "raised", "alerts_per_hour"];

export function makeRules() {
  const heads = (names) => names.map((name) => t(`rules.${name}`));
  const name = (code) => (code ? `${code} ${codeName(code)}` : t("rules.all"));
  return told("rules", run.truth ? "rules.scored" : "rules.alerts_title", () => {
    if (!run.truth) {
      if (!run.codes_raised.length) return [el("p.none", {}, t("cards.none"))];
      return [table(heads(UNSCORED), run.codes_raised.map((r) => [name(r.code), String(r.alerts), `${figure(r.after_s, 1)} s`, figure(r.per_hour, 1)]))];
    }
    const rows = [...Object.entries(run.truth.codes), ["", run.truth.all]].map(([code, r]) => [
      name(code),
      ...[r.events, r.found, r.missed, r.false, r.repeated].map(String),
      ...[r.precision, r.recall, r.f1].map((value) => figure(value, 3)),
      ...[r.after_s?.median, r.after_s?.most].map((value) => (value === undefined ? "—" : `${figure(value, 1)} s`)),
      figure(r.false_per_hour, 1),
    ]);
    return [table(heads(SCORED), rows, rows.length - 1), el("p.hint", {}, t("rules.how"))];
  });
}

/** What other rules would change. */
export function makeChange() {
  if (!run.change) return null;
  return told("change", run.results ? "change.between" : "change.title", () => [
    table(
      ["rule", "kept", "gained", "lost"].map((name) => t(`change.${name}`)),
      run.change.rules.map((r) => [
        [r.code, codeName(r.code), where(r) && `· ${where(r)}`].filter(Boolean).join(" "),
        ...[r.kept, r.gained, r.lost].map(String),
      ]),
    ),
    ...(run.change.unfollowed ?? []).map((r) => {
      const words = { rule: `${r.code} ${where(r)}`.trim(), thing: named({ name: run.labels[r.label] }), label: r.label };
      return el("p.hint", {}, t(`change.${r.why}`, words));
    }),
  ]);
}

export function makeCounts() {
  const lines = Object.entries(run.counts);
  if (!lines.length) return null;
  const pair = (ways) => `${ways.in} / ${ways.out}`;
  const beside = (line, counted) => {
    const ways = run.truth?.counts[line];
    if (!ways) return "—";
    const meant = pair({ in: ways.in.happened, out: ways.out.happened });
    return `${meant === counted ? "✓" : "✗"} ${meant}`;
  };
  return told("counts", "counts.title", () => [
    table(
      [t("counts.line"), t("counts.counted"), ...(run.truth ? [t("counts.truth")] : [])],
      lines.map(([line, ways]) => [placeName(line), pair(ways), ...(run.truth ? [beside(line, pair(ways))] : [])]),
    ),
  ]);
}

const STAGES = ["wait", "track", "rules", "health", "page"]; // one after the other; `decode` goes on beside them

export function makeSpeed() {
  return told("speed", "speed.title", () => {
    const spent = STAGES.map((stage) => [stage, run.took[stage] ?? 0]);
    const rest = Math.max(0, run.wall_s - spent.reduce((sum, [, s]) => sum + s, 0));
    const whole = run.wall_s || 1;
    const row = ([stage, s], beside) =>
      el(
        beside ? "li.beside" : "li",
        {},
        el("span", {}, t(`speed.${stage}`)),
        el("meter", { min: 0, max: 1, value: Math.min(1, s / whole) }),
        el("span.figure", {}, `${figure(s)} s`),
        el("span.figure", {}, `${figure((100 * s) / whole, 0)} %`),
      );
    return [
      el("p.fast", {}, el("strong", {}, `${figure(run.speed, 1)}×`), ` ${t("speed.real")}`),
      el("p.hint", {}, t("speed.told", { s: figure(run.seconds, 1), w: figure(run.wall_s, 1), n: run.frames, fps: figure(run.frames / whole, 1) })),
      el("ul.stages", {}, ...[...spent, ["rest", rest]].map((one) => row(one, false)), row(["decode", run.took.decode ?? 0], true)),
    ];
  });
}

export function makeSaid() {
  return told("said", "said.title", () => [
    table(
      [t("said.file"), t("said.pictures"), t("said.frames"), t("said.whole")],
      run.files.map((f) => [f.name, String(f.pictures), String(f.frames), t(f.complete ? "said.yes" : "said.no")]),
    ),
    el("ul", {}, ...run.said.map((sentence) => el("li", {}, sentence))),
  ]);
}

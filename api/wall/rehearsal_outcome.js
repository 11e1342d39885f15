// What a rehearsal came to: alerts gained and lost, by rule and one by one, with the pictures that there are.
import { openWindow } from "./asking.js";
import { dayOf, span, timeOfDay } from "./clock.js";
import { el, say, show, svg } from "./element.js";
import { levelMark } from "./level.js";
import { tell } from "./notice.js";
import { ask } from "./session.js";
import { named, onLanguage, t } from "./text.js";

const MARKS = { gained: "+", lost: "−", changed: "≠" };

/** Shows the picture of an alert of the wall; where a reason is asked for, asks for it. */
async function showPicture(session, alert) {
  const place = el("div.shown", { testid: "shown" });
  const root = openWindow("rehearsals.picture", place, el("div.deeds", {}, el("button.quiet", { type: "button", text: "ask.leave", on: { click: () => root.close() } })));
  const load = async () => {
    const response = await fetch(`/api/v1/alerts/${alert}/snapshot`);
    if (response.ok) {
      const url = URL.createObjectURL(await response.blob());
      place.replaceChildren(el("img", { src: url, alt: t("rehearsals.picture") }));
      root.addEventListener("close", () => URL.revokeObjectURL(url));
      return;
    }
    const answer = await response.json().catch(() => ({}));
    if (answer.error !== "reason_needed") place.replaceChildren(el("p", {}, answer.detail ?? ""));
    else place.replaceChildren(el("p", { text: "rehearsals.why" }), el("div.deeds", {}, ...reasons()));
  };
  const reasons = () =>
    Object.entries(session.view_reasons)
      .filter(([key, words]) => words.given && key !== "other")
      .map(([key, words]) => el("button.quiet", { type: "button", testid: `reason-${key}`, on: { click: () => give(key) } }, named(words)));
  const give = async (reason) => {
    try {
      await ask(`alerts/${alert}/reason`, { reason, words: "" });
      await load();
    } catch (error) {
      tell(error.status === 0 ? t("notice.unreachable") : error.told, "bad");
    }
  };
  await load();
}

export function makeOutcome(session) {
  const title = el("span");
  const content = el("div.outcome");
  const root = el("section.panel.sheet", { testid: "outcome", hidden: true }, el("h2", {}, title), content);
  let one = null;

  const placeOf = (camera, id) => named([...(camera?.zones ?? []), ...(camera?.lines ?? [])].find((place) => place.id === id)) || id;
  const codeOf = (code) => (session.codes[code] ? named({ name: session.codes[code] }) : code);

  /** The picture of boxes on which it was first told, where nobody has a picture of it. */
  function sketch({ zone, sketch: { wide, boxes } }) {
    const place = one.result.places[zone] ?? [];
    const corners = place.map(([x, y]) => `${x * wide * 1000},${y * 1000}`).join(" ");
    const box = ([label, about, x0, y0, x1, y1]) =>
      svg(about ? "rect.about" : "rect", { x: x0 * wide, y: y0, width: (x1 - x0) * wide, height: y1 - y0 }, svg("title", {}, named(session.labels[label])));
    return svg("svg.sketch", { viewBox: `0 0 ${wide * 1000} 1000`, role: "img", label: "rehearsals.sketch", testid: "sketch" }, svg(place.length > 2 ? "polygon" : "polyline", { points: corners }), ...boxes.map(box).reverse());
  }

  function item(what, alert, before) {
    const camera = session.cameras.find((known) => known.id === one.camera);
    const change = before && ["level", "count"].filter((key) => before[key] !== alert[key]).map((key) => `${t(`rehearsals.${key}`)} ${before[key]} → ${alert[key]}`);
    const lasted = alert.ended ? span((Date.parse(alert.ended) - Date.parse(alert.began)) / 1000) : t("rehearsals.on");
    const shown = one.shown[alert.id];
    return el(
      `li.${what}`,
      { testid: `outcome-${what}` },
      el("strong", {}, `${MARKS[what]} ${t(`rehearsals.${what}`)}`),
      levelMark(alert.level),
      el("span", {}, `${dayOf(Date.parse(alert.began))} ${timeOfDay(alert.began)} · ${lasted}`),
      el("span", {}, `${codeOf(alert.code)} · ${placeOf(camera, alert.zone)}`),
      change && el("span", {}, change.join(" · ")),
      !shown && alert.sketch && sketch(alert),
      shown && el("button.quiet", { type: "button", testid: "picture", on: { click: () => showPicture(session, shown) } }, t("rehearsals.picture")),
    );
  }

  function table(camera, result) {
    const head = ["rule", "kept", "gained", "lost"].map((key) => el("th", { scope: "col" }, t(`rehearsals.${key}`)));
    const rows = result.rules.map((r) => el("tr", {}, el("td", {}, `${r.code} ${codeOf(r.code)} · ${placeOf(camera, r.zone)}`), ...[r.kept, r.gained, r.lost].map((n) => el("td", {}, String(n)))));
    return el("table.list", { testid: "outcome-rules" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  }

  function render() {
    if (one === null) return;
    const camera = session.cameras.find((known) => known.id === one.camera);
    const { result } = one;
    say(title, `${named(camera) || one.camera} · ${t(`rehearsal.${one.state}`)}`);
    const parts = [];
    if (one.error) parts.push(el("p.trouble", {}, one.error));
    if (result) {
      parts.push(
        el("p.told", {}, t("rehearsals.sum", { frames: result.frames, own: result.alerts.own, others: result.alerts.others })),
        table(camera, result),
        ...(result.unfollowed ?? []).map((r) => {
          const words = { rule: `${r.code} ${codeOf(r.code)} · ${placeOf(camera, r.zone)}`, thing: named(session.labels[r.label]), label: r.label };
          return el("p.trouble", { testid: "outcome-unfollowed" }, t(`rehearsals.${r.why}`, words));
        }),
        el("ul.differs", {}, ...result.gained.map((a) => item("gained", a)), ...result.lost.map((a) => item("lost", a)), ...result.changed.map((p) => item("changed", p.new, p.old))),
        result.gained.some((a) => a.sketch && !one.shown[a.id]) && el("p.hint", {}, t("rehearsals.sketched")),
        result.left_out > 0 && el("p.hint", {}, t("rehearsals.left_out", { n: result.left_out })),
        ...result.said.map((sentence) => el("p.hint", {}, sentence)),
      );
    }
    parts.push(el("details", {}, el("summary", {}, t("rehearsals.rules")), el("pre", {}, one.rules)));
    content.replaceChildren(...parts.filter(Boolean));
  }

  onLanguage(render);
  return {
    root,
    /** Shows a rehearsal, as GET /rehearsals/{id} tells of it. */
    show(rehearsal) {
      one = rehearsal;
      render();
      show(root, true);
      root.scrollIntoView({ block: "nearest" });
    },
  };
}

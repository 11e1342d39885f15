// One incident on the liaison's page: what is known of it, its proof, what was answered, and the answers to give.
import { dayOf, timeOfDay } from "./clock.js";
import { cap, el, say, show } from "./element.js";
import { STATUSES, nameOf, signOf, statusOf, wayOf } from "./police_words.js";
import { known, languageNow, named, t } from "./text.js";
import { figure } from "./why.js";

const when = (iso) => `${dayOf(Date.parse(iso))} ${timeOfDay(iso)}`;

/**
 * The incident.
 * @param page what the page knows
 * @param {function(string)} give answers with that status
 */
export function makeHanded(page, give) {
  const { session } = page;
  const title = el("h2", { testid: "liaison-title" });
  const facts = el("dl.facts");
  const targets = el("ul.pushed");
  const looks = el("div.deeds");
  const proof = el("div.proof", { testid: "liaison-proof" });
  const note = el("textarea", { rows: "2", maxlength: "2000", testid: "liaison-note" });
  const caseNo = el("input", { type: "text", maxlength: "64", autocomplete: "off", testid: "liaison-case-no" });
  const answers = STATUSES.map((status, i) =>
    el("button", { type: "button", class: i ? undefined : "do", testid: `give-${status}`, on: { click: () => give(status) } }, el("span", { text: `receipt.${status}` }), cap(i ? String(i + 1) : "R")),
  );
  const field = (text, input) => el("label.field", {}, el("span", { text }), input);
  const form = el("form.form", { novalidate: true, on: { submit: (event) => event.preventDefault(), input: () => typed.set(of, { note: note.value, police_case_no: caseNo.value }) } }, el("div.answers", { role: "group", label: "liaison.answers" }, ...answers), el("div.beside", {}, field("liaison.note", note), field("liaison.case_no", caseNo)));
  const said = el("ol.said", { testid: "liaison-said" });
  const root = el("section.panel.sheet.handed", { label: "liaison.label" }, title, facts, targets, looks, proof, form, el("small.never", { text: "push.never_replaces" }), said);
  const typed = new Map(); // by incident: {note, police_case_no} that were typed for it and not yet given
  let of = null; // the incident whose words stand in the form
  let lines = [];
  let shown = "";
  let looked = null; // {id, kind} of the proof that is on the page

  function look(kind) {
    const one = page.incidents.find((known) => known.id === page.chosen);
    const found = one?.evidence.find((each) => each.kind === kind);
    if (!found) return;
    looked = { id: one.id, kind };
    const picture = kind === "clip" ? el("video", { src: found.url, controls: true, autoplay: true }) : el("img", { src: found.url, alt: t("picture.snapshot") });
    proof.replaceChildren(picture);
  }

  const written = (id) => typed.get(id) ?? { note: "", police_case_no: "" };

  function fill(id) {
    of = id;
    note.value = written(id).note;
    caseNo.value = written(id).police_case_no;
  }

  /** Forgets what was given; what was typed since stays. */
  function clear(id, given) {
    const left = Object.entries(written(id)).map(([key, text]) => [key, text === (given[key] ?? "") ? "" : text]);
    typed.set(id, Object.fromEntries(left));
    if (of === id) fill(id);
  }

  function render(one) {
    show(root, Boolean(one));
    if (!one) return;
    if (of !== one.id) fill(one.id);
    const now = JSON.stringify([one, languageNow()]);
    if (now === shown) return;
    shown = now;
    if (looked?.id !== one.id) {
      looked = null;
      proof.replaceChildren();
    }
    const camera = session.cameras.find((known) => known.id === one.camera);
    const place = [named(camera) || one.camera, camera && languageNow() === "zh" ? camera.entrance : ""].filter(Boolean).join(" · ");
    const stand = known(`incident.${one.state}`) ? t(`incident.${one.state}`) : one.state;
    say(title, [one.no, named(session.codes[one.code]) || one.code, t("level.name", { level: one.level })].join(" · "));
    const measured = Object.entries(one.observed).map(([name, value]) => [known(`figure.${name}`) ? t(`figure.${name}`) : name, figure(name, value)].join(" "));
    const told = [["where", place], ["when", when(one.detected)], ["stand", stand], ["measured", measured.join(t("list.comma"))]];
    facts.replaceChildren(...told.flatMap(([key, text]) => [el("dt", {}, t(`liaison.${key}`)), el("dd", {}, text)]));
    lines = one.police.map((view) => {
      const [way, sign] = [el("span.way"), el("b.sign", { testid: "liaison-sign" })];
      return { view, way, sign, root: el("li", {}, el("strong", {}, nameOf(session.police, view.target)), view.test ? el("em", {}, t("push.test")) : null, sign, way) };
    });
    targets.replaceChildren(...lines.map((line) => line.root));
    const kinds = ["snapshot", "clip"].filter((kind) => one.evidence.some((each) => each.kind === kind));
    looks.replaceChildren(...kinds.map((kind) => el("button.quiet", { type: "button", testid: `look-${kind}`, on: { click: () => look(kind) } }, el("span", {}, t(`picture.${kind}`)), cap(kind === "clip" ? "C" : "V"))));
    if (!kinds.length) looks.replaceChildren(el("p", {}, t("liaison.no_proof")));
    said.replaceChildren(...[...one.receipts].reverse().map((each) => el("li", {}, el("time", {}, when(each.received)), el("b", {}, statusOf(each.status)), el("span", {}, [each.by, each.police_case_no, each.note].filter(Boolean).join(" · ")))));
    tick();
  }

  function tick() {
    for (const { view, way, sign } of lines) {
      for (const [node, { text, kind }] of [[way, wayOf(view)], [sign, signOf(view)]]) {
        say(node, text);
        node.dataset.kind = kind;
      }
    }
  }

  return {
    root,
    render,
    tick,
    look,
    words: () => ({ note: note.value, police_case_no: caseNo.value || null }),
    clear,
  };
}

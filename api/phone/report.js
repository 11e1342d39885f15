// What was done on site: photos and words, kept while they are written.
import { remember, remembered } from "./draft.js";
import { change, duty, opened, subscribe, waitingOf } from "./duty.js";
import { el, say, show } from "./element.js";
import { report, sendPhoto } from "./outbox.js";
import { shrink } from "./photos.js";
import { onLanguage, t } from "./text.js";

const QUICK = ["persuaded", "cleared", "nothing", "handed_over"];
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/g; // what a keyboard slips in and the server refuses

const words = el("textarea", { rows: "3", maxlength: "500", testid: "words" });

let drawing = Promise.resolve(); // photos that are being made smaller: a report must not overtake them

/** Whether there is a photo and a word. */
export const readyToReport = (task) => task.photos > 0 && words.value.trim() !== "";

/** Reports that it is handled; the words are kept until the server has them. */
export async function sendReport(task) {
  if (!readyToReport(task)) return;
  const said = words.value.trim().replace(CONTROL, " ");
  await drawing;
  if (!waitingOf(task.id).some((entry) => entry.step === "handle")) report(task, "handle", said); // else a thumb was there twice meanwhile
}

async function photograph(event) {
  const task = opened();
  const [file] = event.target.files;
  event.target.value = ""; // the same photo may be chosen again
  if (!file || task?.state !== "ON_SITE") return;
  const sending = shrink(file).then((photo) => sendPhoto(task, photo));
  drawing = Promise.allSettled([drawing, sending]);
  try {
    await sending;
  } catch {
    change({ told: t("told.photo") });
  }
}

/** The form; only on site. */
export function makeReport() {
  const input = el("input", { type: "file", accept: "image/*", capture: "environment", testid: "photo", on: { change: photograph } });
  const label = el("span");
  const camera = el("label.camera", {}, input, label);
  const sent = el("p.sent", { role: "status", testid: "photos" });
  const quick = el("div.quick");
  const root = el("section.report", { testid: "report" }, camera, sent, quick, words);
  let of = null;

  function write(text) {
    words.value = text;
    remember(duty.open, text);
    change();
  }

  words.addEventListener("input", () => write(words.value));
  const fill = () => {
    words.placeholder = t("report.words");
    words.setAttribute("aria-label", t("report.words"));
    quick.replaceChildren(...QUICK.map((key) => el("button", { type: "button", testid: `quick-${key}`, on: { click: () => write([words.value.trim(), t(`quick.${key}`)].filter(Boolean).join(t("list.semicolon"))) } }, t(`quick.${key}`))));
  };
  onLanguage(fill);
  fill();

  subscribe(() => {
    const task = duty.gone ? undefined : opened();
    show(root, task?.state === "ON_SITE");
    if (task?.state !== "ON_SITE") {
      of = null;
      return;
    }
    if (of !== task.id) {
      of = task.id;
      words.value = remembered(task.id);
    }
    const waits = waitingOf(task.id).filter((entry) => entry.photo).length;
    say(label, t(task.photos ? "report.more" : "report.photo"));
    camera.classList.toggle("done", task.photos > 0);
    sent.classList.toggle("done", task.photos > 0); // always there: nothing may move under a thumb that is on its way
    say(sent, !task.photos ? t("report.no_photo") : waits ? t("report.photos_waiting", { n: task.photos, waits }) : t("report.photos", { n: task.photos }));
  });
  return root;
}

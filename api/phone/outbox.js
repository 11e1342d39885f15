// Steps and photos on their way: in order by task, sent again until the server has them, each of them counted there once.
import { ask } from "./session.js";
import { change, duty, newer } from "./duty.js";
import { remember } from "./draft.js";
import { named, t } from "./text.js";
import { request } from "./wire.js";
import { entries, forget, keep } from "./store.js";

const WAIT_MS = [1000, 2000, 4000, 8000, 15_000];
const AGAIN = [0, 401, 408, 429]; // and all that is the server's own trouble: the same may be good later

let failed = 0;
let tries = 0;
let timer = null;
const held = new Set(); // tasks whose first entry has failed in this round
const busy = new Set(); // "step", "photo": what is on its way; a photo that crawls holds up no step of another task
let settled = () => {};

/** Takes up what an earlier page left; `done` is called after each answer. */
export async function openOutbox(done) {
  settled = done;
  change({ waiting: await entries(duty.session.user.name) });
  addEventListener("online", flush);
  flush();
}

/** Reports a step of a task as it is shown. */
export function report(task, step, words = "") {
  return put({ task: task.id, step, version: task.version, words });
}

/** Sends a photo under an id of our own. */
export const sendPhoto = (task, photo) => put({ task: task.id, photo, id: crypto.randomUUID?.() ?? randomId() });

async function put(entry) {
  const kept = await keep({ ...entry, who: duty.session.user.name, at: Date.now() });
  change({ waiting: [...duty.waiting, kept], told: "" });
  failed = 0;
  flush();
}

/** A new round: whatever failed may be tried again. */
function flush() {
  clearTimeout(timer);
  timer = null;
  held.clear();
  sendAll("step");
  sendAll("photo");
}

/** Of each task only the first goes; what was tried longest ago goes before the others. */
function next(kind) {
  const firsts = duty.waiting.filter((one, i, all) => all.findIndex(({ task }) => task === one.task) === i);
  const ready = firsts.filter((one) => kindOf(one) === kind && !held.has(one.task));
  return ready.sort((a, b) => (a.tried ?? 0) - (b.tried ?? 0))[0];
}

async function sendAll(kind) {
  if (busy.has(kind)) return;
  busy.add(kind);
  try {
    for (let entry = next(kind); entry; entry = next(kind)) await settle(entry, ...(await send(entry)));
  } finally {
    busy.delete(kind);
  }
}

async function settle(entry, refusal, answer) {
  if (refusal && isPassing(refusal)) {
    held.add(entry.task);
    tries += 1;
    change({ waiting: duty.waiting.map((one) => (one.seq === entry.seq ? { ...one, tried: tries } : one)) });
    if (refusal.status === 401) await ask("session").catch(() => {}); // the page asks for a login
    if (timer) return; // the next round is due already
    failed += 1;
    timer = setTimeout(flush, WAIT_MS[Math.min(failed, WAIT_MS.length) - 1]);
    return;
  }
  failed = 0;
  await (refusal ? refuse(entry, refusal) : drop([entry], answer));
  settled();
  sendAll(entry.photo ? "step" : "photo"); // what was behind it may be of the other kind
}

const kindOf = ({ photo }) => (photo ? "photo" : "step");

/** Sends one; returns why it was refused, or null and the task as it stands now. */
async function send({ task, step, version, words, photo, id, at }) {
  try {
    if (photo) return [null, (await request(`tasks/${task}/photos/${id}`, { method: "PUT", photo })).answer];
    const late = Math.min(86_400, Math.max(0, Math.round((Date.now() - at) / 1000)));
    const { answer } = await request(`tasks/${task}/${step}`, { method: "POST", json: { version, words, late_s: late } });
    if (step === "handle") remember(task, "");
    return [null, answer];
  } catch (refusal) {
    return [refusal];
  }
}

const isPassing = ({ status }) => AGAIN.includes(status) || status >= 500 || status === undefined;

/** A refused photo goes alone: what is behind it the server decides. A refused step takes along what is built on it. */
async function refuse(entry, refusal) {
  const gone = entry.photo ? [entry] : duty.waiting.filter((one) => one.task === entry.task);
  await drop(gone);
  const said = [whyNot(entry, refusal), ...lostWords(gone, refusal)].filter((one) => !duty.told.includes(one));
  change({ told: [duty.told, ...said].filter(Boolean).join(" ") });
}

function whyNot({ photo }, { body, told }) {
  if (body.stands) return t("told.overtaken", { stands: named(body.stands) });
  return photo ? t("told.photo_refused", { why: told }) : t("told.refused", { why: told });
}

/** Words that no form has any more: of a task that moved on, and reasons of one's own to return it. */
function lostWords(gone, { body }) {
  const own = gone.filter(({ step, words }) => words && (step === "return" ? !Object.hasOwn(duty.session.return_reasons, words) : body.stands));
  return own.map(({ words }) => t("told.words", { words }));
}

/** Takes entries off, and what the server said of their task in their stead: at once, so that what was sent counts all the while. */
async function drop(gone, answer) {
  const seqs = new Set(gone.map((entry) => entry.seq));
  for (const seq of seqs) await forget(seq);
  change({ waiting: duty.waiting.filter((entry) => !seqs.has(entry.seq)) });
  if (answer && duty.tasks) change({ tasks: duty.tasks.map((one) => (one.id === answer.id ? newer(one, answer) : one)) });
}

/** Without TLS a browser gives no randomUUID; the same by hand. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

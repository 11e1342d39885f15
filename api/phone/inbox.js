// What the officer has in hand, asked for every few seconds; what is new rings, what went away says why.
import { ring } from "./call.js";
import { change, duty, newer } from "./duty.js";
import { ask } from "./session.js";
import { request } from "./wire.js";

const ASK_MS = 3000;
const HIDDEN_MS = 15_000; // nobody looks, and each answer costs battery
/** So long without a word from the server, the page says that it has no link. */
export const SILENT_MS = 10_000;

let tag = null;
let timer = null;
let asking = false;
let wanted = false; // somebody wants to know what stands after what is asked just now
const confirmed = new Set(); // tasks of which the server knows that they are here

/** Begins to ask. */
export function followInbox() {
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && askNow());
  addEventListener("online", askNow);
  askNow();
}

/** Asks at once. */
export function askNow() {
  clearTimeout(timer);
  if (asking) wanted = true;
  else look();
}

async function look() {
  asking = true;
  wanted = false;
  try {
    const found = await request("inbox", { tag });
    if (found.answer) await take(found.answer.tasks);
    tag = found.tag;
    change({ heardAt: performance.now() });
    await confirm();
  } catch (refusal) {
    if (refusal.status === 401) await ask("session").catch(() => {}); // the page asks for a login
    else if (refusal.status === undefined) throw refusal; // our own mistake: let the console tell
    else change();
  } finally {
    asking = false;
    clearTimeout(timer);
    timer = setTimeout(look, wanted ? 0 : document.visibilityState === "visible" ? ASK_MS : HIDDEN_MS);
  }
}

async function take(told) {
  const left = (duty.tasks ?? []).find((task) => task.id === duty.open && !told.some((one) => one.id === task.id));
  if (left && left.state !== "RETURNED") {
    const word = await lastWord(left.id);
    if (duty.open === left.id) change({ gone: word, open: null, returning: false });
  }
  const before = duty.tasks ?? []; // only now: meanwhile a step or a photo may have been answered
  const tasks = told.map((task) => newer(before.find((one) => one.id === task.id) ?? task, task)); // asked before a step or a photo, answered after it
  const fresh = tasks.filter((task) => task.state === "SENT" && !before.some((one) => one.id === task.id));
  const again = tasks.filter((task) => task.rework && before.some((one) => one.id === task.id && one.state === "HANDLED"));
  change({ tasks });
  if (fresh.length || again.length) ring();
  if (!duty.open && !duty.gone && fresh.length) change({ open: fresh[0].id, own: false, returning: false });
}

/** How a task ended that is no longer in the inbox; null where we sent it back ourselves. */
async function lastWord(id) {
  try {
    const { answer } = await request(`tasks/${id}`);
    return answer.state === "RETURNED" ? null : answer;
  } catch (refusal) {
    if (refusal.status === 404) return null; // it is nobody's any more, and no word of it holds the others up
    throw refusal;
  }
}

/** Tells the server what has arrived here. */
async function confirm() {
  for (const task of duty.tasks ?? []) {
    if (task.delivered || confirmed.has(task.id)) continue;
    await request(`tasks/${task.id}/delivered`, { method: "POST", json: {} });
    confirmed.add(task.id);
  }
}

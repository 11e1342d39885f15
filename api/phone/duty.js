// What the officer's page knows: the tasks as the server said them, the steps on their way, and which task is open.

/** Everything in one place; whoever shows a part of it is told when it changes. */
export const duty = {
  session: null, // answer of GET /session
  tasks: null, // list of TaskView, null before the first
  heardAt: null, // performance.now() of the server's latest word
  waiting: [], // entries of the outbox, oldest first
  open: null, // id of the task that is shown, or null: the list
  gone: null, // the TaskView of a task that went away while it was open
  told: "", // a word about what was refused
  own: false, // one's own account is shown
  returning: false, // the reasons to return are shown
};

const NEXT = { take: "TAKEN", arrive: "ON_SITE", handle: "HANDLED", return: "RETURNED" };
const listeners = new Set();
const tickers = new Set();
let told = false;

/** Calls back after changes. */
export const subscribe = (listener) => listeners.add(listener);

/** Calls back once a second. */
export const onTick = (ticker) => tickers.add(ticker);

/** Takes over what changed. */
export function change(patch = {}) {
  Object.assign(duty, patch);
  if (told) return;
  told = true;
  queueMicrotask(() => {
    told = false;
    for (const listener of listeners) listener();
  });
}

/** Begins to count seconds. */
export const tick = () => setInterval(() => tickers.forEach((ticker) => ticker()), 1000);

/** What the server said last of a task: answers overtake each other, and of one version there are only ever more photos. */
export const newer = (one, other) => (one.version > other.version || (one.version === other.version && one.photos > other.photos) ? one : other);

/** What waits to be sent of a task. */
export const waitingOf = (id) => duty.waiting.filter((entry) => entry.task === id);

function step(task, entry) {
  Object.assign(task, { state: NEXT[entry.step], version: task.version + 1 });
  if (entry.step === "handle") Object.assign(task, { result: entry.words, snapshot: null });
}

/** A task as it will stand once what waits has been sent. */
export function ahead(task) {
  const then = { ...task };
  for (const entry of waitingOf(task.id)) {
    if (entry.step && entry.version === then.version) step(then, entry);
    if (entry.photo) then.photos += 1;
  }
  return then;
}

/** The tasks as they will stand, without those that are sent back. */
export const standing = () => (duty.tasks ?? []).map(ahead).filter((task) => task.state !== "RETURNED");

/** The task that is open, or undefined. */
export const opened = () => (duty.own ? undefined : standing().find((task) => task.id === duty.open));

// Everything the page knows, in one place; whoever shows a part of it is told when it changes.

/** What the server said, and what the operator has chosen. */
export const state = {
  session: null, // answer of GET /session
  alerts: new Map(), // AlertView by id
  reasoned: new Set(), // ids of the alerts for which was said why one looks
  details: new Map(), // suggestion, same place, history, by alert id
  incidents: [],
  duty: { on: 0, total: 0, people: [] },
  blindToday: {}, // camera: seconds
  blindReadAt: 0, // ms of the server's clock at which blindToday was read
  figures: { raised_today: 0, unacked: 0, mean_ack_s: null },
  shelves: [], // rules that are set aside
  unreceived: [], // incidents that were pushed to the police and that they have not signed for
  flow: { minutes: 15, lines: [] }, // answer of GET /flow
  status: null, // the latest status event
  statusAt: null, // performance.now() of it
  feed: "opening", // opening, live, lost
  selection: null, // {kind: "alert", id, review, cameAt} or {kind: "camera", id}
  picture: "snapshot", // or "clip", "live": what the stage shows of an alert
  menu: null, // "dismiss", "person", "rework", "push", "shelve", "link" (for how long), "linked" (here it is)
  help: false,
  blind: null, // the day of blind time that is open: {day, told, failed, at, readAt}
  touchedAt: 0, // performance.now() of the operator's last key or click
  acting: null, // id of the alert that a request is under way for
  mutedUntil: 0, // performance.now()
  soundAllowed: false,
};

const listeners = new Set();
let told = false;

/** Calls back after changes, once per frame at most. */
export const subscribe = (listener) => listeners.add(listener);

/** Takes over what changed. */
export function change(patch = {}) {
  Object.assign(state, patch);
  if (told) return;
  told = true;
  queueMicrotask(() => {
    told = false;
    for (const listener of listeners) listener(state);
  });
}

const tickers = new Set();

/** Calls back four times a second, for whatever counts up or down. */
export const onTick = (ticker) => tickers.add(ticker);

setInterval(() => {
  for (const ticker of tickers) ticker(state);
}, 250);

/** The configured camera of that id. */
export const camera = (id) => state.session.cameras.find((known) => known.id === id);

/** How the watch says a camera is, or null while it is silent. */
export const health = (id) => state.status?.watch?.cameras?.[id] ?? null;

/** The person who is signed in. */
export const operator = () => state.session.user.name;

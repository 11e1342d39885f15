// The server's news: alerts and blind spans as they are committed, and once a second how everything is.
import { merge, replaceAll } from "./alerts.js";
import { heard, serverNow } from "./clock.js";
import { outdate } from "./details.js";
import { refreshFlow } from "./flow.js";
import { rereading } from "./rereading.js";
import { ask, renew } from "./session.js";
import { change, state } from "./state.js";

export const SILENT_MS = 3000; // three missed status events
const DEAD_MS = 8000; // the browser's own reconnection did not help: begin anew
const REFRESH_MS = 60_000; // figures that no event carries
const WAIT_MS = [500, 1000, 2000, 4000, 8000];

let source = null;
let attempt = 0;
let gap = false;
let lastId = 0;
let arrived = () => {};
let reconfiguring = null;
let opened = false; // whether the wall was read once
const toldAt = new Map(); // alert id: feed id of its latest event
const rung = new Map(); // alert id: [since when it waits, level] as it was last rung

/** Opens the feed; `onNew(alert)` is called for each alert that begins to wait for somebody, or grows graver then. */
export function follow(onNew) {
  arrived = onNew;
  begin();
  setInterval(watch, 500);
  setInterval(() => refresh(), REFRESH_MS);
}

const wholeWall = rereading(read);

/** Reads the whole wall again, in so many ms; calls before it begins become one. */
export const refresh = wholeWall.soon;

async function read() {
  const wall = await ask("wall");
  heard(wall.now);
  refreshFlow(); // windows pass also when nobody does
  lastId = Math.max(lastId, wall.feed_id);
  replaceAll(wall.alerts, (id) => (toldAt.get(id) ?? 0) > wall.feed_id);
  announce([...state.alerts.values()].sort((a, b) => a.level - b.level));
  change({
    incidents: wall.incidents,
    duty: wall.duty,
    blindToday: wall.blind_today,
    blindReadAt: serverNow(),
    figures: wall.figures,
    unreceived: wall.unreceived,
    shelves: wall.shelves,
  });
}

async function begin() {
  source?.close();
  source = null;
  try {
    await wholeWall.now();
  } catch {
    later();
    return;
  }
  const stream = new EventSource(`/api/v1/feed?after=${lastId}`);
  source = stream;
  stream.addEventListener("open", () => {
    attempt = 0;
    if (gap) refresh();
    gap = false;
  });
  stream.addEventListener("error", () => {
    gap = true;
    if (stream.readyState === EventSource.CLOSED && source === stream) later();
  });
  stream.addEventListener("alert", (event) => take(event, takeAlert));
  stream.addEventListener("blind", (event) => take(event, () => refresh(1000)));
  stream.addEventListener("shelf", (event) => take(event, () => refresh(200)));
  stream.addEventListener("flow", (event) => take(event, () => refreshFlow(1000)));
  stream.addEventListener("status", (event) => {
    const status = JSON.parse(event.data);
    heard(status.now);
    change({ status, statusAt: performance.now(), feed: "live" });
    if (status.revision !== state.session.revision) reconfigure();
  });
}

/** The site is configured anew: asks for it, once at a time; where that fails, the next status tries again. */
function reconfigure() {
  reconfiguring ??= renew(state.session)
    .then(() => change())
    .catch(() => {}) // the link banner tells
    .finally(() => {
      reconfiguring = null;
    });
}

function take(event, use) {
  lastId = Math.max(lastId, Number(event.lastEventId) || 0);
  use(JSON.parse(event.data));
}

function takeAlert(alert) {
  toldAt.set(alert.id, lastId);
  merge(alert);
  outdate(alert.id);
  announce([state.alerts.get(alert.id)]); // an older word may come later
  refresh(700);
}

/** Rings once for all that wait and were not rung for; what waited before the page was opened is only noted. */
function announce(alerts) {
  const fresh = alerts.filter(isUnrung);
  for (const { id, raised, level } of fresh) rung.set(id, [raised, level]);
  if (fresh.length && opened) arrived(fresh[0]);
  opened = true;
}

function isUnrung({ id, state: standing, raised, level }) {
  const [since, heard] = rung.get(id) ?? [null, null];
  return standing === "RAISED" && (raised !== since || level < heard);
}

function later() {
  source?.close();
  source = null;
  const wait = WAIT_MS[Math.min(attempt, WAIT_MS.length - 1)];
  attempt += 1;
  gap = true;
  setTimeout(begin, wait * (0.75 + Math.random() / 2));
}

function watch() {
  if (state.statusAt === null) return;
  const silence = performance.now() - state.statusAt;
  if (silence > SILENT_MS && state.feed !== "lost") {
    gap = true;
    change({ feed: "lost" });
  }
  if (silence > DEAD_MS && source) {
    change({ statusAt: performance.now() - SILENT_MS - 1 });
    later();
  }
}

// The server's clock as this page knows it, and how instants and lengths of time are written.
import { languageNow } from "./text.js";

const KEPT = 30; // offsets of the last half minute; the least delayed message has the largest
const offsets = [];
let zone = "Asia/Shanghai";

/** Notes that the server said `iso` just now. */
export function heard(iso) {
  const said = Date.parse(iso);
  if (Number.isNaN(said)) return;
  offsets.push(said - Date.now());
  if (offsets.length > KEPT) offsets.shift();
}

/** The server's now in ms since 1970. */
export const serverNow = () => Date.now() + (offsets.length ? Math.max(...offsets) : 0);

/** Instants are shown in this zone from now on. */
export function setZone(name) {
  zone = name;
}

const written = new Map();

function format(shape) {
  const key = `${zone}|${languageNow()}|${JSON.stringify(shape)}`;
  if (!written.has(key)) {
    const locale = languageNow() === "zh" ? "zh-CN" : "en-GB";
    written.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...shape }));
  }
  return written.get(key);
}

/** 23:41:09 at the site. */
export const timeOfDay = (at) =>
  format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(typeof at === "string" ? Date.parse(at) : at);

/** 23:41 at the site. */
export const minuteOfDay = (at) => format({ hour: "2-digit", minute: "2-digit" }).format(Date.parse(at));

/** 11月22日 周日, or Sun 22 Nov, at the site. */
export const dayOf = (at) => format({ month: "short", day: "numeric", weekday: "short" }).format(at);

/** 12″, 4′12″, 1 h 02′: a length in seconds. */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}″`;
  if (s < 3600) return `${Math.floor(s / 60)}′${two(s % 60)}″`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))}′`;
}

/** 0:12, 47:10, 1:02:33: how long ago, counting up. */
export function age(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes}:${two(s % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** Seconds from an RFC 3339 text until now. */
export const since = (iso) => (serverNow() - Date.parse(iso)) / 1000;

const two = (n) => String(n).padStart(2, "0");

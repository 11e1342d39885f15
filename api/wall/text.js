// What the page says, in the language of the one who reads it.
import en from "./strings.en.js";
import zh from "./strings.zh.js";

const STRINGS = { zh, en };
const REMEMBERED = "kanmen.language";
const listeners = new Set();
let language = remembered();

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) === "en" ? "en" : "zh";
  } catch {
    return "zh"; // storage is forbidden: Chinese first
  }
}

/** `zh` or `en`. */
export const languageNow = () => language;

/** The string of a key, with {name} replaced by values.name. */
export function t(key, values = {}) {
  const text = STRINGS[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether there is a string of that key. */
export const known = (key) => key in STRINGS[language];

/** The name of something that carries {zh, en}, or is a name already. */
export function named(thing) {
  if (thing === null || thing === undefined) return "";
  if (typeof thing !== "object") return String(thing);
  if ("name" in thing) return named(thing.name);
  return thing[language] ?? thing.zh ?? thing.en ?? "";
}

/** Calls back after each change of language. */
export const onLanguage = (listener) => listeners.add(listener);

/** Speaks `zh` or `en` from now on, and remembers it. */
export function speak(next) {
  language = next;
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // storage is forbidden: it holds until the page is closed
  }
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  for (const listener of listeners) listener();
}

/** From one language to the other. */
export const switchLanguage = () => speak(language === "zh" ? "en" : "zh");

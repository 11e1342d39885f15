// The words of a report until the server has them, kept when the browser throws the page away, and when they are refused.

const key = (id) => `kanmen.report.${id}`;
const memory = new Map(); // where storage is forbidden: as long as the page lives

/** Keeps what is written of a task; nothing forgets it. */
export function remember(id, text) {
  memory.set(id, text);
  try {
    if (text) localStorage.setItem(key(id), text);
    else localStorage.removeItem(key(id));
  } catch {
    // forbidden, or full
  }
}

/** What is written of a task. */
export function remembered(id) {
  try {
    return localStorage.getItem(key(id)) ?? memory.get(id) ?? "";
  } catch {
    return memory.get(id) ?? "";
  }
}

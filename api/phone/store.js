// Keeps on the phone what is not yet sent, also when the browser throws the page away while the camera is open.

const NAME = "kanmen";
const TABLE = "outbox";
let opening = null;
const memory = new Map(); // where the browser keeps nothing (a private window): as long as the page lives
let number = Date.now();

function base() {
  opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: "seq" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opening;
}

async function run(mode, work) {
  const opened = await base();
  return new Promise((done, failed) => {
    const transaction = opened.transaction(TABLE, mode);
    const asked = work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => done(asked.result);
    transaction.onerror = () => failed(transaction.error);
    transaction.onabort = () => failed(transaction.error);
  });
}

/** Keeps an entry; it gets its number, by which entries are in order. */
export async function keep(entry) {
  number = Math.max(number + 1, Date.now());
  const kept = { ...entry, seq: number };
  memory.set(kept.seq, kept);
  await run("readwrite", (table) => table.put(kept)).catch(() => {});
  return kept;
}

/** Forgets an entry. */
export async function forget(seq) {
  memory.delete(seq);
  await run("readwrite", (table) => table.delete(seq)).catch(() => {});
}

/** The entries of an account, oldest first. */
export async function entries(who) {
  const kept = await run("readonly", (table) => table.getAll()).catch(() => []);
  for (const entry of kept) memory.set(entry.seq, entry);
  return [...memory.values()].filter((entry) => entry.who === who).sort((a, b) => a.seq - b.seq);
}
